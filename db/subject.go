package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/auth"
)

var _ auth.SubjectStore = (*DB)(nil)

type subjectRow struct {
	bun.BaseModel `bun:"table:subjects,alias:s"`

	Issuer  string `bun:",pk"`
	Subject string `bun:",pk"`
	UserID  int64  `bun:",notnull"`
}

// createSubjects is the table as it was at its step.
func createSubjects(ctx context.Context, db *bun.DB) error {
	type subject struct {
		bun.BaseModel `bun:"table:subjects"`

		Issuer  string `bun:",pk"`
		Subject string `bun:",pk"`
		UserID  int64  `bun:",notnull,unique"`
	}
	_, err := db.NewCreateTable().Model((*subject)(nil)).
		ForeignKey(`("user_id") REFERENCES "users" ("id") ON DELETE CASCADE`).Exec(ctx)
	return err
}

// UserBySubject returns a provider's user, or auth.ErrNotFound.
func (db *DB) UserBySubject(ctx context.Context, issuer, subject string) (*auth.User, error) {
	var name string
	err := db.bun.NewSelect().Model((*subjectRow)(nil)).ColumnExpr("u.username").Join("JOIN users AS u ON u.id = s.user_id").
		Where("s.issuer = ? AND s.subject = ?", issuer, subject).Scan(ctx, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, auth.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return db.UserByName(ctx, name)
}

// AddSubject keeps a new user and whom of a provider it is, both or none; it is
// auth.ErrBarred for one who was deleted.
func (db *DB) AddSubject(ctx context.Context, issuer, subject string, user *auth.User) error {
	return db.bun.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		barred, err := tx.NewSelect().Model((*barredRow)(nil)).Where("issuer = ? AND subject = ?", issuer, subject).Exists(ctx)
		if err != nil || barred {
			return cmp.Or(err, auth.ErrBarred)
		}
		row := &userRow{Username: user.Username, Role: user.Role, PasswordHash: user.PasswordHash, CreatedAt: user.CreatedAt}
		err = tx.NewInsert().Model(row).On("CONFLICT (username) DO NOTHING").Returning("id").Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return auth.ErrUserExists
		}
		if err != nil {
			return err
		}
		user.ID = row.ID
		added, err := tx.NewInsert().Model(&subjectRow{Issuer: issuer, Subject: subject, UserID: row.ID}).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := added.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return auth.ErrUserExists
	})
}
