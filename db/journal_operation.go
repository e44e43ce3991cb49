package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

// operationRow is the last that was told of an operation.
type operationRow struct {
	bun.BaseModel `bun:"table:journal_operations"`

	UUID      string    `bun:",pk"`
	Sequence  int64     `bun:",notnull"`
	Timestamp time.Time `bun:",notnull"`
	Project   string    `bun:",notnull"`
	Member    string    `bun:",notnull"`
	Final     bool      `bun:",notnull"`
	Body      []byte    `bun:",notnull"`
}

// Operation is an operation as it was last told of; nil for none.
func (db *DB) Operation(ctx context.Context, uuid string) (*journal.Record, error) {
	row := &operationRow{UUID: uuid}
	err := db.bun.NewSelect().Model(row).WherePK().Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return row.record(), nil
}

// Operations are the last operations of a project before a sequence, newest first.
func (db *DB) Operations(ctx context.Context, project string, before uint64, most int) ([]*journal.Record, error) {
	var rows []*operationRow
	query := db.bun.NewSelect().Model(&rows).Where("sequence < ?", int64(before)).Order("sequence DESC").Limit(int64(most))
	if project != "" {
		query = query.Where("project IN (?, '')", project) // of several projects are those of none
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	records := make([]*journal.Record, len(rows))
	for n, row := range rows {
		records[n] = row.record()
	}
	return records, nil
}

func (r *operationRow) record() *journal.Record {
	return &journal.Record{Sequence: uint64(r.Sequence), Timestamp: r.Timestamp, Type: lxd.EventOperation, Project: r.Project, Member: r.Member, Operation: r.UUID, Final: r.Final, Body: r.Body}
}
