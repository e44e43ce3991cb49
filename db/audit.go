package db

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

type auditRow struct {
	bun.BaseModel `bun:"table:audit_events"`

	Sequence  int64     `bun:",pk,autoincrement"`
	CreatedAt time.Time `bun:",notnull"`
	UserID    int64     `bun:",notnull"`
	Username  string    `bun:",notnull"`
	Address   string    `bun:",notnull"`
	Token     string    `bun:",notnull"`
	Project   string    `bun:",notnull"`
	Action    string    `bun:",notnull"`
	Input     []byte    `bun:",notnull"`
	ErrorCode string    `bun:",notnull"`
	Duration  int64     `bun:",notnull"` // microseconds
	Operation string    `bun:",notnull"`
	RequestID string    `bun:",notnull"`
}

// createAudit is the table as it was at its step.
func createAudit(ctx context.Context, db *bun.DB) error {
	type audit struct {
		bun.BaseModel `bun:"table:audit_events"`

		Sequence  int64     `bun:",pk,autoincrement"`
		CreatedAt time.Time `bun:",notnull"`
		UserID    int64     `bun:",notnull"`
		Username  string    `bun:",notnull"`
		Address   string    `bun:",notnull"`
		Token     string    `bun:",notnull"`
		Project   string    `bun:",notnull"`
		Action    string    `bun:",notnull"`
		Input     []byte    `bun:",notnull"`
		ErrorCode string    `bun:",notnull"`
		Duration  int64     `bun:",notnull"`
		Operation string    `bun:",notnull"`
		RequestID string    `bun:",notnull"`
	}
	if _, err := db.NewCreateTable().Model((*audit)(nil)).Exec(ctx); err != nil {
		return err
	}
	_, err := db.NewCreateIndex().Table("audit_events").Index("audit_events_created_at").Column("created_at").Exec(ctx)
	return err
}

// AddAudit keeps rows of the audit trail, all or none.
func (db *DB) AddAudit(ctx context.Context, events []*journal.AuditEvent) error {
	rows := make([]*auditRow, len(events))
	for n, e := range events {
		rows[n] = &auditRow{CreatedAt: e.CreatedAt.Time, UserID: e.UserID, Username: e.Username, Address: e.Address, Token: e.Token, Project: e.InProject, Action: e.Action,
			Input: e.Input, ErrorCode: e.ErrorCode, Duration: e.Duration.Microseconds(), Operation: e.OperationID, RequestID: e.RequestID}
	}
	_, err := db.bun.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// Audit reads rows, newest first.
func (db *DB) Audit(ctx context.Context, query journal.AuditQuery) ([]*journal.AuditEvent, error) {
	var rows []*auditRow
	order := "sequence DESC"
	if query.Backwards {
		order = "sequence"
	}
	if err := chosen(db.bun.NewSelect().Model(&rows), query).Order(order).Limit(int64(query.Most)).Scan(ctx); err != nil {
		return nil, err
	}
	events := make([]*journal.AuditEvent, len(rows))
	for n, r := range rows {
		events[n] = &journal.AuditEvent{Sequence: uint64(r.Sequence), CreatedAt: lxd.Time{Time: r.CreatedAt.UTC()}, UserID: r.UserID, Username: r.Username, Address: r.Address, Token: r.Token, InProject: r.Project,
			Action: r.Action, Input: r.Input, ErrorCode: r.ErrorCode, Duration: time.Duration(r.Duration) * time.Microsecond, OperationID: r.Operation, RequestID: r.RequestID}
	}
	if query.Backwards {
		slices.Reverse(events)
	}
	return events, nil
}

// CountAudit counts the rows of a query, whatever its page is.
func (db *DB) CountAudit(ctx context.Context, query journal.AuditQuery) (int, error) {
	query.Before, query.After = 0, 0
	count, err := chosen(db.bun.NewSelect().Model((*auditRow)(nil)), query).Count(ctx)
	return int(count), err
}

func chosen(rows *bun.SelectQuery, query journal.AuditQuery) *bun.SelectQuery {
	if query.Before > 0 {
		rows = rows.Where("sequence < ?", int64(query.Before))
	}
	if query.After > 0 {
		rows = rows.Where("sequence > ?", int64(query.After))
	}
	if query.Username != "" {
		rows = rows.Where("username = ?", query.Username)
	}
	if query.Action != "" {
		rows = rows.Where("action = ?", query.Action)
	}
	if !query.From.IsZero() {
		rows = rows.Where("created_at >= ?", query.From)
	}
	if !query.To.IsZero() {
		rows = rows.Where("created_at < ?", query.To)
	}
	return rows
}
