package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

type eventRow struct {
	bun.BaseModel `bun:"table:journal_events"`

	Sequence  int64     `bun:",pk"`
	Timestamp time.Time `bun:",notnull"`
	Type      string    `bun:",notnull"`
	Project   string    `bun:",notnull"`
	Member    string    `bun:",notnull"`
	Operation string    `bun:",notnull"`
	Final     bool      `bun:",notnull"`
	Body      []byte    `bun:",notnull"`
}

// createJournal are the tables as they were at their step.
func createJournal(ctx context.Context, db *bun.DB) error {
	type event struct {
		bun.BaseModel `bun:"table:journal_events"`

		Sequence  int64     `bun:",pk"`
		Timestamp time.Time `bun:",notnull"`
		Type      string    `bun:",notnull"`
		Project   string    `bun:",notnull"`
		Member    string    `bun:",notnull"`
		Operation string    `bun:",notnull"`
		Final     bool      `bun:",notnull"`
		Body      []byte    `bun:",notnull"`
	}
	type operation struct {
		bun.BaseModel `bun:"table:journal_operations"`

		UUID      string    `bun:",pk"`
		Sequence  int64     `bun:",notnull"`
		Timestamp time.Time `bun:",notnull"`
		Project   string    `bun:",notnull"`
		Member    string    `bun:",notnull"`
		Final     bool      `bun:",notnull"`
		Body      []byte    `bun:",notnull"`
	}
	for _, model := range []any{(*event)(nil), (*operation)(nil)} {
		if _, err := db.NewCreateTable().Model(model).Exec(ctx); err != nil {
			return err
		}
	}
	// The first two serve the pruning, the third a project's list.
	for _, index := range [][]string{{"journal_events", "timestamp"}, {"journal_operations", "timestamp"}, {"journal_operations", "project", "sequence"}} {
		_, err := db.NewCreateIndex().Table(index[0]).Index(index[0] + "_" + index[1]).Column(index[1:]...).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	journalName      = "journal.name"
	journalForgotten = "journal.forgotten"
)

// Opened is the journal's own name and the sequence of the last event.
func (db *DB) Opened(ctx context.Context) (string, uint64, error) {
	name, err := db.SettingOr(ctx, journalName, rand.Text())
	if err != nil {
		return "", 0, err
	}
	forgotten, err := db.Forgotten(ctx)
	if err != nil {
		return "", 0, err
	}
	var last sql.NullInt64
	err = db.bun.NewSelect().Model((*eventRow)(nil)).ColumnExpr("max(sequence)").Scan(ctx, &last)
	return name, max(uint64(last.Int64), forgotten), err
}

// Append keeps events, with the operations that they tell of, all or none.
func (db *DB) Append(ctx context.Context, records []*journal.Record) error {
	return db.bun.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { return appendEvents(ctx, tx, records) })
}

func appendEvents(ctx context.Context, tx bun.Tx, records []*journal.Record) error {
	events := make([]*eventRow, len(records))
	latest := map[string]*operationRow{}
	for n, r := range records {
		events[n] = &eventRow{Sequence: int64(r.Sequence), Timestamp: r.Timestamp, Type: string(r.Type), Project: r.Project, Member: r.Member, Operation: r.Operation, Final: r.Final, Body: r.Body}
		if r.Operation != "" {
			latest[r.Operation] = &operationRow{UUID: r.Operation, Sequence: int64(r.Sequence), Timestamp: r.Timestamp, Project: r.Project, Member: r.Member, Final: r.Final, Body: r.Body}
		}
	}
	operations := make([]*operationRow, 0, len(latest))
	for _, row := range latest {
		operations = append(operations, row)
	}
	if _, err := tx.NewInsert().Model(&events).On("CONFLICT DO NOTHING").Exec(ctx); err != nil || len(operations) == 0 {
		return err
	}
	_, err := tx.NewInsert().Model(&operations).On("CONFLICT (uuid) DO UPDATE").
		Set("sequence = EXCLUDED.sequence").Set("timestamp = EXCLUDED.timestamp").Set("project = EXCLUDED.project").
		Set("member = EXCLUDED.member").Set("final = EXCLUDED.final").Set("body = EXCLUDED.body").Exec(ctx)
	return err
}

// After are the events behind a sequence, oldest first.
func (db *DB) After(ctx context.Context, sequence uint64, most int) ([]*journal.Record, error) {
	return db.events(ctx, most, "sequence > ?", int64(sequence), "sequence")
}

// Before are the events before a sequence, newest first.
func (db *DB) Before(ctx context.Context, sequence uint64, most int) ([]*journal.Record, error) {
	return db.events(ctx, most, "sequence < ?", int64(sequence), "sequence DESC")
}

func (db *DB) events(ctx context.Context, most int, where string, sequence int64, order string) ([]*journal.Record, error) {
	var rows []*eventRow
	if err := db.bun.NewSelect().Model(&rows).Where(where, sequence).Order(order).Limit(int64(most)).Scan(ctx); err != nil {
		return nil, err
	}
	records := make([]*journal.Record, len(rows))
	for n, r := range rows {
		records[n] = &journal.Record{Sequence: uint64(r.Sequence), Timestamp: r.Timestamp, Type: lxd.EventType(r.Type), Project: r.Project, Member: r.Member, Operation: r.Operation, Final: r.Final, Body: r.Body}
	}
	return records, nil
}
