package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/auth"
)

// mostFailures bounds of how many kinds of attempts failures are kept.
const mostFailures = 10_000

type failureRow struct {
	bun.BaseModel `bun:"table:failed_attempts,alias:f"`

	Key      string    `bun:",pk"`
	Failures int       `bun:",notnull"`
	LastAt   time.Time `bun:",notnull"`
}

// createFailures is the table as it was at its step.
func createFailures(ctx context.Context, db *bun.DB) error {
	type failure struct {
		bun.BaseModel `bun:"table:failed_attempts"`

		Key      string    `bun:",pk"`
		Failures int       `bun:",notnull"`
		LastAt   time.Time `bun:",notnull"`
	}
	if _, err := db.NewCreateTable().Model((*failure)(nil)).Exec(ctx); err != nil {
		return err
	}
	_, err := db.NewCreateIndex().Table("failed_attempts").Index("failed_attempts_last_at").Column("last_at").Exec(ctx)
	return err
}

// Failures returns the failed attempts of keys that failed within a time.
func (db *DB) Failures(ctx context.Context, keys []string, within time.Duration) (map[string]auth.Failures, error) {
	found := make(map[string]auth.Failures, len(keys))
	if len(keys) == 0 {
		return found, nil
	}
	now, err := clock(ctx, db.bun)
	if err != nil {
		return nil, err
	}
	var rows []failureRow
	if err := db.bun.NewSelect().Model(&rows).Where("key IN (?)", bun.List(keys)).Where("last_at >= ?", now.Add(-within)).Scan(ctx); err != nil {
		return nil, err
	}
	for _, row := range rows {
		found[row.Key] = auth.Failures{Count: row.Failures, Ago: now.Sub(row.LastAt)}
	}
	return found, nil
}

// AddFailures counts a failure of each key, and forgets what is old.
func (db *DB) AddFailures(ctx context.Context, keys []string, within time.Duration) error {
	if len(keys) == 0 {
		return nil
	}
	now, err := clock(ctx, db.bun)
	if err != nil {
		return err
	}
	rows := make([]failureRow, len(keys))
	for n, key := range keys {
		rows[n] = failureRow{Key: key, Failures: 1, LastAt: now}
	}
	return db.bun.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*failureRow)(nil)).Where("last_at < ?", now.Add(-within)).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&rows).On("CONFLICT (key) DO UPDATE").
			Set("failures = f.failures + 1").Set("last_at = EXCLUDED.last_at").Exec(ctx)
		if err != nil {
			return err
		}
		return forgetOldest(ctx, tx)
	})
}

// forgetOldest keeps the table from growing without end.
func forgetOldest(ctx context.Context, tx bun.Tx) error {
	var oldest time.Time
	err := tx.NewSelect().Model((*failureRow)(nil)).Column("last_at").OrderExpr("last_at DESC").Offset(mostFailures).Limit(1).Scan(ctx, &oldest)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		_, err = tx.NewDelete().Model((*failureRow)(nil)).Where("last_at <= ?", oldest.UTC()).Exec(ctx)
	}
	return err
}

// ForgetFailures forgets those of a key.
func (db *DB) ForgetFailures(ctx context.Context, key string) error {
	_, err := db.bun.NewDelete().Model(&failureRow{Key: key}).WherePK().Exec(ctx)
	return err
}
