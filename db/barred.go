package db

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/auth"
)

type barredRow struct {
	bun.BaseModel `bun:"table:barred_subjects,alias:b"`

	Issuer   string    `bun:",pk"`
	Subject  string    `bun:",pk"`
	Username string    `bun:",notnull"`
	BarredAt time.Time `bun:",notnull"`
}

// createBarred is the table as it was at its step.
func createBarred(ctx context.Context, db *bun.DB) error {
	type barred struct {
		bun.BaseModel `bun:"table:barred_subjects"`

		Issuer   string    `bun:",pk"`
		Subject  string    `bun:",pk"`
		Username string    `bun:",notnull"`
		BarredAt time.Time `bun:",notnull"`
	}
	_, err := db.NewCreateTable().Model((*barred)(nil)).Exec(ctx)
	return err
}

// bar keeps out whom of a provider a user is that is about to be deleted.
func bar(ctx context.Context, tx bun.Tx, user *auth.User) error {
	var subjects []subjectRow
	if err := tx.NewSelect().Model(&subjects).Where("user_id = ?", user.ID).Scan(ctx); err != nil || len(subjects) == 0 {
		return err
	}
	rows := make([]barredRow, len(subjects))
	for n, subject := range subjects {
		rows[n] = barredRow{Issuer: subject.Issuer, Subject: subject.Subject, Username: user.Username, BarredAt: time.Now().UTC()}
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Exec(ctx)
	return err
}

// BarredUsers returns whom of a provider an administrator has deleted, the last one first.
func (db *DB) BarredUsers(ctx context.Context) ([]*auth.BarredUser, error) {
	var rows []barredRow
	if err := db.bun.NewSelect().Model(&rows).OrderExpr("barred_at DESC, issuer, subject").Scan(ctx); err != nil {
		return nil, err
	}
	users := make([]*auth.BarredUser, len(rows))
	for n, row := range rows {
		users[n] = row.barred()
	}
	return users, nil
}

func (row *barredRow) barred() *auth.BarredUser {
	return &auth.BarredUser{Issuer: row.Issuer, Subject: row.Subject, Username: row.Username, BarredAt: row.BarredAt.UTC()}
}

// Readmit lets a deleted user of a provider in again; auth.ErrNotFound for none.
func (db *DB) Readmit(ctx context.Context, issuer, subject string) (*auth.BarredUser, error) {
	var rows []barredRow
	_, err := db.bun.NewDelete().Model(&rows).Where("issuer = ? AND subject = ?", issuer, subject).Returning("*").Exec(ctx)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, auth.ErrNotFound
	}
	return rows[0].barred(), nil
}
