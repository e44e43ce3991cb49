package db

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

var _ journal.Store = (*DB)(nil)

// leadLock is held by the process that hears LXD.
const leadLock = "lxdql hears LXD"

// channel is where processes on PostgreSQL tell each other what is new.
const channel = "lxdql_journal"

// inboxRow is an event that another process is to number.
type inboxRow struct {
	bun.BaseModel `bun:"table:journal_inbox"`

	ID        int64     `bun:",pk,autoincrement"`
	Timestamp time.Time `bun:",notnull"`
	Type      string    `bun:",notnull"`
	Project   string    `bun:",notnull"`
	Member    string    `bun:",notnull"`
	Body      []byte    `bun:",notnull"`
}

// createInbox is the table as it was at its step.
func createInbox(ctx context.Context, db *bun.DB) error {
	type inbox struct {
		bun.BaseModel `bun:"table:journal_inbox"`

		ID        int64     `bun:",pk,autoincrement"`
		Timestamp time.Time `bun:",notnull"`
		Type      string    `bun:",notnull"`
		Project   string    `bun:",notnull"`
		Member    string    `bun:",notnull"`
		Body      []byte    `bun:",notnull"`
	}
	_, err := db.NewCreateTable().Model((*inbox)(nil)).Exec(ctx)
	return err
}

// First is true of PostgreSQL, which several processes are to share: what one has
// shown, all can show.
func (db *DB) First() bool { return db.source.postgres != nil }

// Forward keeps events until the process that has the lead numbers them.
func (db *DB) Forward(ctx context.Context, records []*journal.Record) error {
	rows := make([]*inboxRow, len(records))
	for n, r := range records {
		rows[n] = &inboxRow{Timestamp: r.Timestamp, Type: string(r.Type), Project: r.Project, Member: r.Member, Body: r.Body}
	}
	return db.bun.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return err
		}
		return notify(ctx, tx, noteForwarded)
	})
}

// TakeLead makes this process the one that hears LXD; nil while another one is.
func (db *DB) TakeLead(ctx context.Context) (journal.Lead, error) {
	switch {
	case db.source.postgres != nil:
		return db.leadPostgres(ctx)
	case db.source.path == "":
		return &lead{db: db, on: db.bun, end: func() {}}, nil // in memory there is nobody else
	}
	locks, err := openFileLocks(db.source.path)
	if err != nil {
		return nil, err
	}
	if taken, err := locks.try(lockNumber(leadLock)); err != nil || !taken {
		locks.close()
		return nil, err
	}
	return &lead{db: db, on: db.bun, end: locks.close}, nil
}

// leadPostgres holds the lock on the very connection that it writes by: a process
// that has lost it can write nothing.
func (db *DB) leadPostgres(ctx context.Context) (journal.Lead, error) {
	connection, err := db.waiting.take(ctx, db.impatient)
	if err != nil {
		return nil, err
	}
	taken, err := connection.try(ctx, lockNumber(leadLock))
	switch {
	case err != nil:
		connection.close()
		return nil, err
	case !taken:
		db.waiting.keep(connection)
		return nil, nil
	}
	return &lead{db: db, on: connection.Conn, end: connection.close}, nil
}

type lead struct {
	db  *DB
	on  bun.IDB
	end func()
}

func (l *lead) Append(ctx context.Context, records []*journal.Record, taken []int64) error {
	return l.on.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if len(taken) > 0 {
			if _, err := tx.NewDelete().Model((*inboxRow)(nil)).Where("id IN (?)", bun.List(taken)).Exec(ctx); err != nil {
				return err
			}
		}
		if len(records) == 0 {
			return nil
		}
		if err := appendEvents(ctx, tx, records); err != nil {
			return err
		}
		return notify(ctx, tx, noteEvents)
	})
}

func (l *lead) Forwarded(ctx context.Context, most int) ([]*journal.Record, error) {
	var rows []*inboxRow
	if err := l.on.NewSelect().Model(&rows).Order("id").Limit(int64(most)).Scan(ctx); err != nil {
		return nil, err
	}
	records := make([]*journal.Record, len(rows))
	for n, r := range rows {
		records[n] = &journal.Record{Sequence: uint64(r.ID), Timestamp: r.Timestamp, Type: lxd.EventType(r.Type), Project: r.Project, Member: r.Member, Body: r.Body}
	}
	return records, nil
}

func (l *lead) Beat(ctx context.Context, heard bool) error {
	return notify(ctx, l.on, noteBeat+strconv.FormatBool(heard))
}

func (l *lead) Close() { l.end() }
