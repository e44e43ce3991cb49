package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/trust"
)

var _ trust.Store = (*DB)(nil)

type decisionRow struct {
	bun.BaseModel `bun:"table:trust_decisions"`

	ID          int64     `bun:",pk,autoincrement"`
	Server      string    `bun:",notnull"`
	URL         string    `bun:"url,notnull"`
	Configured  string    `bun:",notnull"`
	Fingerprint string    `bun:",notnull"`
	Replaced    string    `bun:",notnull"`
	DecidedBy   string    `bun:",notnull"`
	DecidedAt   time.Time `bun:",notnull"`
}

type trustedRow struct {
	bun.BaseModel `bun:"table:trusted_clients"`

	Server    string    `bun:",pk"`
	Client    string    `bun:",pk"`
	TrustedAt time.Time `bun:",notnull"`
}

// createTrust is the tables as they were at their step.
func createTrust(ctx context.Context, db *bun.DB) error {
	type decision struct {
		bun.BaseModel `bun:"table:trust_decisions"`

		ID          int64     `bun:",pk,autoincrement"`
		Server      string    `bun:",notnull"`
		URL         string    `bun:"url,notnull"`
		Configured  string    `bun:",notnull"`
		Fingerprint string    `bun:",notnull"`
		Replaced    string    `bun:",notnull"`
		DecidedBy   string    `bun:",notnull"`
		DecidedAt   time.Time `bun:",notnull"`
	}
	type trusted struct {
		bun.BaseModel `bun:"table:trusted_clients"`

		Server    string    `bun:",pk"`
		Client    string    `bun:",pk"`
		TrustedAt time.Time `bun:",notnull"`
	}
	for _, table := range []any{(*decision)(nil), (*trusted)(nil)} {
		if _, err := db.NewCreateTable().Model(table).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// AddDecision keeps whose certificate is LXD's.
func (db *DB) AddDecision(ctx context.Context, decision *trust.Decision) error {
	_, err := db.bun.NewInsert().Model(&decisionRow{
		Server: decision.Server, URL: decision.URL, Configured: decision.Configured, Fingerprint: decision.Fingerprint,
		Replaced: decision.Replaced, DecidedBy: decision.By, DecidedAt: decision.At,
	}).Exec(ctx)
	return err
}

// Decision is the newest one about a server at a URL under a configuration.
func (db *DB) Decision(ctx context.Context, server, url, configured string) (*trust.Decision, error) {
	row := new(decisionRow)
	err := db.bun.NewSelect().Model(row).Where("server = ? AND url = ? AND configured = ?", server, url, configured).
		OrderExpr("id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &trust.Decision{
		Server: row.Server, URL: row.URL, Configured: row.Configured, Fingerprint: row.Fingerprint,
		Replaced: row.Replaced, By: row.DecidedBy, At: row.DecidedAt.UTC(),
	}, nil
}

// Decided reports whether a fingerprint is the newest decision about the server at any URL.
func (db *DB) Decided(ctx context.Context, server, fingerprint string) (bool, error) {
	newest := db.bun.NewSelect().Model((*decisionRow)(nil)).ColumnExpr("max(id)").Where("server = ?", server).Group("url", "configured")
	return db.bun.NewSelect().Model((*decisionRow)(nil)).Where("fingerprint = ? AND id IN (?)", fingerprint, newest).Exists(ctx)
}

// KeepTrust remembers that a server has trusted a client certificate.
func (db *DB) KeepTrust(ctx context.Context, server, client string) error {
	_, err := db.bun.NewInsert().Model(&trustedRow{Server: server, Client: client, TrustedAt: time.Now().UTC()}).On("CONFLICT DO NOTHING").Exec(ctx)
	return err
}

// Trusted reports whether a server has ever trusted a client certificate.
func (db *DB) Trusted(ctx context.Context, server, client string) (bool, error) {
	return db.bun.NewSelect().Model((*trustedRow)(nil)).Where("server = ? AND client = ?", server, client).Exists(ctx)
}
