package db

import (
	"context"
	"sync"
	"time"
)

// again is how often a lock that another process has is asked for.
const again = 50 * time.Millisecond

// holder has the locks that this process holds, all on one connection to
// PostgreSQL, or in one file. Of those in memory nobody else knows.
type holder struct {
	mutex   sync.Mutex
	session *session
	files   *fileLocks
	numbers map[int64]int
}

// Hold waits for a lock that all processes on the database know. It is let go of
// when its process ends, and never taken twice by two.
func (db *DB) Hold(ctx context.Context, name string) (release func(), err error) {
	if db.source.postgres == nil && db.source.path == "" {
		return func() {}, nil
	}
	number := lockNumber(name)
	for {
		taken, err := db.tryHold(ctx, number)
		if err != nil {
			return nil, err
		}
		if taken {
			return func() { db.letGo(ctx, number) }, nil
		}
		if err := wait(ctx, again); err != nil {
			return nil, err
		}
	}
}

// Held reports whether another process has the lock.
func (db *DB) Held(ctx context.Context, name string) (held bool, err error) {
	number := lockNumber(name)
	switch {
	case db.source.postgres != nil:
		err = db.bun.NewRaw(`SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND ((classid::bigint << 32) | objid::bigint) = ?)`, number).Scan(ctx, &held)
		return held, err
	case db.source.path == "":
		return false, nil
	}
	h := &db.held
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if err := h.open(db.source.path); err != nil {
		return false, err
	}
	return h.files.held(number)
}

func (db *DB) tryHold(ctx context.Context, number int64) (taken bool, err error) {
	h := &db.held
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.numbers == nil {
		h.numbers = map[int64]int{}
	}
	ctx, cancel := brief(ctx) // an answer that nobody waits for would cost the connection, with all locks
	defer cancel()
	if db.source.postgres == nil {
		if err := h.open(db.source.path); err != nil {
			return false, err
		}
		taken, err = h.files.try(number)
	} else {
		taken, err = db.tryPostgres(ctx, number)
	}
	if taken {
		h.numbers[number]++
	}
	return taken, err
}

// tryPostgres takes a lock on the connection that has the others. Where that was
// lost, those are taken again on the next.
func (db *DB) tryPostgres(ctx context.Context, number int64) (taken bool, err error) {
	h := &db.held
	for range 2 {
		if h.session == nil {
			if err := db.reopen(ctx); err != nil {
				return false, err
			}
		}
		if taken, err = h.session.try(ctx, number); err == nil {
			return taken, nil
		}
		h.session.close()
		h.session = nil
	}
	return false, err
}

func (db *DB) reopen(ctx context.Context) error {
	opened, err := db.session(ctx)
	if err != nil {
		return err
	}
	for number, times := range db.held.numbers {
		for range times {
			if _, err := opened.try(ctx, number); err != nil {
				opened.close()
				return err
			}
		}
	}
	db.held.session = opened
	return nil
}

// letGo gives a lock back. A connection that cannot be asked has none any more.
func (db *DB) letGo(ctx context.Context, number int64) {
	h := &db.held
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.numbers[number]--; h.numbers[number] <= 0 {
		delete(h.numbers, number)
	}
	switch {
	case h.files != nil && h.numbers[number] == 0:
		_ = h.files.release(number)
	case h.session != nil:
		ctx, cancel := brief(ctx)
		defer cancel()
		if _, err := h.session.ExecContext(ctx, "SELECT pg_advisory_unlock(?)", number); err != nil {
			h.session.close()
			h.session = nil
		}
	}
}

func (h *holder) open(path string) (err error) {
	if h.files == nil {
		h.files, err = openFileLocks(path)
	}
	return err
}

func (h *holder) close() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.session != nil {
		h.session.close()
		h.session = nil
	}
	if h.files != nil {
		h.files.close()
		h.files = nil
	}
}
