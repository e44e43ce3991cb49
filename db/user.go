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
	DisabledAt   *time.Time

	Grants []*grantRow `bun:"rel:has-many,join:id=user_id"`
}

// addDisabledUsers adds what a disabled user has.
func addDisabledUsers(ctx context.Context, db *bun.DB) error {
	type user struct {
		bun.BaseModel `bun:"table:users"`

		DisabledAt *time.Time
	}
	_, err := db.NewAddColumn().Model((*user)(nil)).ColumnExpr("disabled_at " + moment(db)).Exec(ctx)
	return err
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
	return &auth.User{
		ID: row.ID, Username: row.Username, Role: row.Role, PasswordHash: row.PasswordHash,
		CreatedAt: row.CreatedAt.UTC(), DisabledAt: inUTC(row.DisabledAt), Grants: grantsOf(row.Grants),
	}
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
	return oneUser(ctx, db.bun, "username = ?", username)
}

// User returns the user of an id, or auth.ErrNotFound.
func (db *DB) User(ctx context.Context, id int64) (*auth.User, error) {
	return oneUser(ctx, db.bun, "id = ?", id)
}

func oneUser(ctx context.Context, from bun.IDB, where string, value any) (*auth.User, error) {
	row := new(userRow)
	err := from.NewSelect().Model(row).Relation("Grants", byProject).Where(where, value).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, auth.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return row.user(), nil
}

// Users returns all users, by name.
func (db *DB) Users(ctx context.Context) ([]*auth.User, error) {
	var rows []*userRow
	if err := db.bun.NewSelect().Model(&rows).Relation("Grants", byProject).Order("username").Scan(ctx); err != nil {
		return nil, err
	}
	users := make([]*auth.User, len(rows))
	for n, row := range rows {
		users[n] = row.user()
	}
	return users, nil
}

// ChangeUser changes a user with the grants, in one transaction.
func (db *DB) ChangeUser(ctx context.Context, username string, change func(*auth.User) error) (user *auth.User, err error) {
	err = db.changeAccess(ctx, func(ctx context.Context, tx bun.Tx) error {
		if user, err = oneUser(ctx, tx, "username = ?", username); err != nil {
			return err
		}
		before := *user
		if err := change(user); err != nil {
			return err
		}
		if err := nameIsFree(ctx, tx, user); err != nil {
			return err
		}
		row := &userRow{ID: user.ID, Username: user.Username, Role: user.Role, PasswordHash: user.PasswordHash, DisabledAt: user.DisabledAt}
		if _, err := tx.NewUpdate().Model(row).Column("username", "role", "password_hash", "disabled_at").WherePK().Exec(ctx); err != nil {
			return err
		}
		if err := setGrants(ctx, tx, user.ID, user.Grants); err != nil {
			return err
		}
		return adminIsLeft(ctx, tx, &before, user)
	})
	if err != nil {
		return nil, err
	}
	return user, nil
}

// DeleteUser forgets a user; sessions, tokens and grants go with it. A provider's
// user is barred.
func (db *DB) DeleteUser(ctx context.Context, username string) (user *auth.User, err error) {
	err = db.changeAccess(ctx, func(ctx context.Context, tx bun.Tx) error {
		if user, err = oneUser(ctx, tx, "username = ?", username); err != nil {
			return err
		}
		if err := bar(ctx, tx, user); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model(&userRow{ID: user.ID}).WherePK().Exec(ctx); err != nil {
			return err
		}
		return adminIsLeft(ctx, tx, user, nil)
	})
	if err != nil {
		return nil, err
	}
	return user, nil
}

func nameIsFree(ctx context.Context, tx bun.Tx, user *auth.User) error {
	taken, err := tx.NewSelect().Model((*userRow)(nil)).Where("username = ?", user.Username).Where("id <> ?", user.ID).Exists(ctx)
	if taken {
		return auth.ErrUserExists
	}
	return err
}

// adminIsLeft refuses a change after which nobody could administer.
func adminIsLeft(ctx context.Context, tx bun.Tx, before, after *auth.User) error {
	if !auth.LeavesNoAdmin(before, after) {
		return nil
	}
	left, err := tx.NewSelect().Model((*userRow)(nil)).Where("role = ?", auth.RoleAdmin).Where("disabled_at IS NULL").Exists(ctx)
	if err == nil && !left {
		return auth.ErrLastAdmin
	}
	return err
}
