package db

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// madeLife is for how long it is remembered that a project was made.
const madeLife = time.Hour

type madeRow struct {
	bun.BaseModel `bun:"table:made_projects,alias:m"`

	Name   string    `bun:",pk"`
	MadeAt time.Time `bun:",notnull"`
}

// createMade is the table as it was at its step.
func createMade(ctx context.Context, db *bun.DB) error {
	type made struct {
		bun.BaseModel `bun:"table:made_projects"`

		Name   string    `bun:",pk"`
		MadeAt time.Time `bun:",notnull"`
	}
	_, err := db.NewCreateTable().Model((*made)(nil)).Exec(ctx)
	return err
}

// AddMade remembers, for all processes, that a project is made now, and forgets
// what is long ago.
func (db *DB) AddMade(ctx context.Context, name string) error {
	now, err := clock(ctx, db.bun)
	if err != nil {
		return err
	}
	return db.bun.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*madeRow)(nil)).Where("made_at < ?", now.Add(-madeLife)).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&madeRow{Name: name, MadeAt: now}).On("CONFLICT (name) DO UPDATE").Set("made_at = EXCLUDED.made_at").Exec(ctx)
		return err
	})
}

// Made reports whether a project was made within a time that has just ended.
func (db *DB) Made(ctx context.Context, name string, within time.Duration) (bool, error) {
	now, err := clock(ctx, db.bun)
	if err != nil {
		return false, err
	}
	return db.bun.NewSelect().Model((*madeRow)(nil)).Where("name = ? AND made_at >= ?", name, now.Add(-within)).Exists(ctx)
}
