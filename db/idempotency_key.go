package db

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/work"
)

type keyRow struct {
	bun.BaseModel `bun:"table:idempotency_keys"`

	Owner     string    `bun:",pk"`
	Text      string    `bun:",pk"`
	Digest    string    `bun:",notnull"`
	CreatedAt time.Time `bun:",notnull"`
	Settled   bool      `bun:",notnull"`
	Operation string    `bun:",notnull"`
}

// createKeys is the table as it was at its step.
func createKeys(ctx context.Context, db *bun.DB) error {
	type key struct {
		bun.BaseModel `bun:"table:idempotency_keys"`

		Owner     string    `bun:",pk"`
		Text      string    `bun:",pk"`
		Digest    string    `bun:",notnull"`
		CreatedAt time.Time `bun:",notnull"`
		Settled   bool      `bun:",notnull"`
		Operation string    `bun:",notnull"`
	}
	if _, err := db.NewCreateTable().Model((*key)(nil)).Exec(ctx); err != nil {
		return err
	}
	_, err := db.NewCreateIndex().Model((*key)(nil)).Index("idempotency_keys_created_at").Column("created_at").Exec(ctx)
	return err
}

// Claim keeps a key that is new, and returns it as it was given; else what is
// kept under it. One of several processes wins.
func (db *DB) Claim(ctx context.Context, key *work.Key, before time.Time) (*work.Key, error) {
	if _, err := db.bun.NewDelete().Model((*keyRow)(nil)).Where("created_at < ?", before).Exec(ctx); err != nil {
		return nil, err
	}
	row := &keyRow{Owner: key.Owner, Text: key.Text, Digest: key.Digest, CreatedAt: key.CreatedAt}
	result, err := db.bun.NewInsert().Model(row).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return nil, err
	}
	if added, err := result.RowsAffected(); err != nil || added == 1 {
		return key, err
	}
	kept := &keyRow{Owner: key.Owner, Text: key.Text}
	if err := db.bun.NewSelect().Model(kept).WherePK().Scan(ctx); err != nil {
		return nil, err
	}
	return &work.Key{Owner: kept.Owner, Text: kept.Text, Digest: kept.Digest, CreatedAt: kept.CreatedAt.UTC(), Settled: kept.Settled, Operation: kept.Operation}, nil
}

// Settle keeps which operation a key began.
func (db *DB) Settle(ctx context.Context, key *work.Key) error {
	_, err := db.bun.NewUpdate().Model(&keyRow{Owner: key.Owner, Text: key.Text, Settled: true, Operation: key.Operation}).
		Column("settled", "operation").WherePK().Exec(ctx)
	return err
}

// Release forgets a key whose mutation changed nothing.
func (db *DB) Release(ctx context.Context, key *work.Key) error {
	_, err := db.bun.NewDelete().Model(&keyRow{Owner: key.Owner, Text: key.Text}).WherePK().Exec(ctx)
	return err
}
