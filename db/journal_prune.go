package db

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/uptrace/bun"
)

// Hole says that events up to a sequence were not kept. What is said already
// stays: the sequence never becomes smaller.
func (db *DB) Hole(ctx context.Context, upTo uint64) error {
	row := &settingRow{Key: journalForgotten, Value: strconv.FormatUint(upTo, 10)}
	_, err := db.bun.NewInsert().Model(row).On("CONFLICT (key) DO UPDATE").Set("value = EXCLUDED.value").
		Where("CAST(?TableAlias.value AS BIGINT) < CAST(EXCLUDED.value AS BIGINT)").Exec(ctx)
	return err
}

// Forgotten is the sequence up to which events are not kept.
func (db *DB) Forgotten(ctx context.Context) (uint64, error) {
	row := &settingRow{Key: journalForgotten}
	err := db.bun.NewSelect().Model(row).WherePK().Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(row.Value, 10, 64)
}

// pruned is how many rows one statement forgets: writers get their turn in between.
const pruned = 5000

// Prune forgets what is older, and of too many events, or rows of the audit trail,
// the oldest; with events the operations that were told of last by them.
func (db *DB) Prune(ctx context.Context, before time.Time, most int) error {
	if err := db.pruneRows(ctx, (*operationRow)(nil), "uuid", "timestamp < ?", before); err != nil {
		return err
	}
	if err := db.pruneAudit(ctx, before, most); err != nil {
		return err
	}
	old, err := db.lastOld(ctx, before, most)
	if err != nil || old == 0 {
		return err
	}
	// Said first: who reads in between is told, and finds nothing missing.
	if err := db.Hole(ctx, uint64(old)); err != nil {
		return err
	}
	if err := db.pruneRows(ctx, (*operationRow)(nil), "uuid", "sequence <= ?", old); err != nil {
		return err
	}
	return db.pruneRows(ctx, (*eventRow)(nil), "sequence", "sequence <= ?", old)
}

func (db *DB) pruneAudit(ctx context.Context, before time.Time, most int) error {
	if err := db.pruneRows(ctx, (*auditRow)(nil), "sequence", "created_at < ?", before); err != nil {
		return err
	}
	last, err := db.beyond(ctx, (*auditRow)(nil), most)
	if err != nil || last == 0 {
		return err
	}
	return db.pruneRows(ctx, (*auditRow)(nil), "sequence", "sequence <= ?", last)
}

// pruneRows forgets the rows that a condition chooses, some at a time.
func (db *DB) pruneRows(ctx context.Context, model any, key, condition string, value any) error {
	for {
		some := db.bun.NewSelect().Model(model).Column(key).Where(condition, value).Limit(pruned)
		result, err := db.bun.NewDelete().Model(model).Where("? IN (?)", bun.Ident(key), some).Exec(ctx)
		if err != nil {
			return err
		}
		if gone, err := result.RowsAffected(); err != nil || gone < pruned {
			return err
		}
	}
}

// lastOld is the sequence of the last event to forget; 0 for none.
func (db *DB) lastOld(ctx context.Context, before time.Time, most int) (int64, error) {
	var old sql.NullInt64
	if err := db.bun.NewSelect().Model((*eventRow)(nil)).ColumnExpr("max(sequence)").Where("timestamp < ?", before).Scan(ctx, &old); err != nil {
		return 0, err
	}
	many, err := db.beyond(ctx, (*eventRow)(nil), most)
	return max(old.Int64, many), err
}

// beyond is the sequence of the newest row that is one too many; 0 for none.
func (db *DB) beyond(ctx context.Context, model any, most int) (last int64, err error) {
	err = db.bun.NewSelect().Model(model).Column("sequence").Order("sequence DESC").Offset(int64(most)).Limit(1).Scan(ctx, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return last, err
}
