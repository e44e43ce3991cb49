package db

import (
	"context"

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
