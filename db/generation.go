package db

import (
	"context"

	"github.com/uptrace/bun"
)

type generationRow struct {
	bun.BaseModel `bun:"table:access_generation"`

	ID     int64 `bun:",pk"`
	Number int64 `bun:",notnull"`
}

// createGeneration is the table as it was at its step, with its one row.
func createGeneration(ctx context.Context, db *bun.DB) error {
	type generation struct {
		bun.BaseModel `bun:"table:access_generation"`

		ID     int64 `bun:",pk"`
		Number int64 `bun:",notnull"`
	}
	if _, err := db.NewCreateTable().Model((*generation)(nil)).Exec(ctx); err != nil {
		return err
	}
	_, err := db.NewInsert().Model(&generation{ID: 1, Number: 1}).Exec(ctx)
	return err
}

// Generation is the number of changes of what callers may do. Other processes
// on the same database look at it.
func (db *DB) Generation(ctx context.Context) (int64, error) {
	row := &generationRow{ID: 1}
	err := db.bun.NewSelect().Model(row).WherePK().Scan(ctx)
	return row.Number, err
}

// nextGeneration counts a change, in the transaction that makes it.
func nextGeneration(ctx context.Context, tx bun.IDB) error {
	_, err := tx.NewUpdate().Model((*generationRow)(nil)).Set("number = number + 1").Where("id = 1").Exec(ctx)
	return err
}

// changeAccess runs a change of what callers may do, and counts it, as one. It
// counts first: PostgreSQL then lets one such change at a time look and write.
func (db *DB) changeAccess(ctx context.Context, change func(ctx context.Context, tx bun.Tx) error) error {
	return db.bun.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := nextGeneration(ctx, tx); err != nil {
			return err
		}
		return change(ctx, tx)
	})
}
