package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/auth"
)

type userRow struct {
	bun.BaseModel `bun:"table:users,alias:u"`

	ID           int64      `bun:",pk,autoincrement"`
	Username     string     `bun:",notnull"`
	Role         *auth.Role `bun:",type:text"`
	PasswordHash string     `bun:",notnull"`
	CreatedAt    time.Time  `bun:",notnull"`
}

// createUsers is the table as it was at its step; userRow may grow later.
func createUsers(ctx context.Context, db *bun.DB) error {
	type user struct {
		bun.BaseModel `bun:"table:users"`

		// With autoincrement SQLite never gives out an id again, so that no
		// token of a deleted user can become another's.
		ID           int64     `bun:",pk,autoincrement"`
		Username     string    `bun:",notnull,unique"`
		Role         *string   `bun:",type:text"`
		PasswordHash string    `bun:",notnull"`
		CreatedAt    time.Time `bun:",notnull"`
	}
	_, err := db.NewCreateTable().Model((*user)(nil)).Exec(ctx)
	return err
}

func (row *userRow) user() *auth.User {
	return &auth.User{ID: row.ID, Username: row.Username, Role: row.Role, PasswordHash: row.PasswordHash, CreatedAt: row.CreatedAt.UTC()}
}

// HasUsers says whether there is any user.
func (db *DB) HasUsers(ctx context.Context) (bool, error) {
	return db.bun.NewSelect().Model((*userRow)(nil)).Exists(ctx)
}

// AddUser keeps a new user and sets its ID; auth.ErrUserExists for a taken name.
func (db *DB) AddUser(ctx context.Context, user *auth.User) error {
	row := &userRow{Username: user.Username, Role: user.Role, PasswordHash: user.PasswordHash, CreatedAt: user.CreatedAt}
	err := db.bun.NewInsert().Model(row).On("CONFLICT (username) DO NOTHING").Returning("id").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return auth.ErrUserExists
	}
	user.ID = row.ID
	return err
}

// UserByName returns the user of a name, or auth.ErrNotFound.
func (db *DB) UserByName(ctx context.Context, username string) (*auth.User, error) {
	row := new(userRow)
	err := db.bun.NewSelect().Model(row).Where("username = ?", username).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, auth.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return row.user(), nil
}
