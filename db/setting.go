package db

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"
)

type settingRow struct {
	bun.BaseModel `bun:"table:settings"`

	Key   string `bun:",pk"`
	Value string `bun:",notnull"`
}

// createSettings is the table as it was at its step.
func createSettings(ctx context.Context, db *bun.DB) error {
	type setting struct {
		bun.BaseModel `bun:"table:settings"`

		Key   string `bun:",pk"`
		Value string `bun:",notnull"`
	}
	_, err := db.NewCreateTable().Model((*setting)(nil)).Exec(ctx)
	return err
}

// SettingOr returns the value kept under a key; where there is none it keeps
// and returns `value`. The first of several callers decides for all.
func (db *DB) SettingOr(ctx context.Context, key, value string) (string, error) {
	row := &settingRow{Key: key, Value: value}
	if _, err := db.bun.NewInsert().Model(row).On("CONFLICT (key) DO NOTHING").Exec(ctx); err != nil {
		return "", err
	}
	err := db.bun.NewSelect().Model(row).WherePK().Scan(ctx)
	return row.Value, err
}

// RotateSetting keeps a value and, under another key, the one that was there.
func (db *DB) RotateSetting(ctx context.Context, key, previous, value string) error {
	return db.changeAccess(ctx, func(ctx context.Context, tx bun.Tx) error {
		before := &settingRow{Key: key}
		if err := tx.NewSelect().Model(before).WherePK().Scan(ctx); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		rows := []*settingRow{{Key: previous, Value: before.Value}, {Key: key, Value: value}}
		_, err := tx.NewInsert().Model(&rows).On("CONFLICT (key) DO UPDATE").Set("value = EXCLUDED.value").Exec(ctx)
		return err
	})
}
