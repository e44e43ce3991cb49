package db

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/journal"
)

// What processes tell each other. Events are not in it, for which there is not
// always room: they are read.
const (
	noteEvents    = "events"
	noteForwarded = "forwarded"
	noteBeat      = "beat "
)

const (
	// silence is after how long without a beat nobody seems to hear LXD.
	silence = 3 * time.Second
	// look is how often processes on one file look for what others have written.
	look = 250 * time.Millisecond
)

// notify tells the other processes, when the transaction is committed.
func notify(ctx context.Context, on bun.IDB, note string) error {
	if !onPostgres(on) {
		return nil
	}
	_, err := on.ExecContext(ctx, "SELECT pg_notify(?, ?)", channel, note)
	return err
}

// Listen tells what other processes do, until ctx ends or the connection is lost.
func (db *DB) Listen(ctx context.Context, news func(journal.News)) error {
	if db.source.postgres == nil {
		return db.watch(ctx, news)
	}
	connection, err := pgx.ConnectConfig(ctx, db.source.postgres.Copy())
	if err != nil {
		return err
	}
	defer func() {
		ending, cancel := brief(ctx)
		defer cancel()
		_ = connection.Close(ending)
	}()
	if _, err := connection.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	news(journal.News{Forwarded: true}) // what was told before is not told again
	for last := time.Now(); ; {
		note, err := within(ctx, silence-time.Since(last), connection.WaitForNotification)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			told := read(note.Payload)
			if told.Beat {
				last = time.Now()
			}
			news(told)
		case errors.Is(err, context.DeadlineExceeded):
			news(journal.News{Silent: true})
			if _, err := within(ctx, silence, func(ctx context.Context) (bool, error) { return true, connection.Ping(ctx) }); err != nil {
				return err
			}
			last = time.Now()
		default:
			return err
		}
	}
}

func within[T any](ctx context.Context, limit time.Duration, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return do(ctx)
}

func read(note string) journal.News {
	heard, beat := strings.CutPrefix(note, noteBeat)
	return journal.News{Forwarded: note == noteForwarded, Beat: beat, Heard: heard == "true"}
}

// watch looks into the file, as long as there is one that others may write.
func (db *DB) watch(ctx context.Context, news func(journal.News)) error {
	news(journal.News{Beat: true, Heard: true})
	if db.source.path == "" {
		<-ctx.Done()
		return ctx.Err()
	}
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			news(journal.News{Beat: true, Heard: true})
		}
	}
}
