package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/auth"
)

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:s"`

	ID             string    `bun:",pk"`
	UserID         int64     `bun:",notnull"`
	RefreshTokenID string    `bun:",notnull"`
	CreatedAt      time.Time `bun:",notnull"`
	ExpiresAt      time.Time `bun:",notnull"`
	Address        string    `bun:",notnull"`
	Agent          string    `bun:",notnull"`
	RefreshedAt    *time.Time

	User *userRow `bun:"rel:belongs-to,join:user_id=id"`
}

// createSessions is the table as it was at its step.
func createSessions(ctx context.Context, db *bun.DB) error {
	type session struct {
		bun.BaseModel `bun:"table:sessions"`

		ID             string    `bun:",pk"`
		UserID         int64     `bun:",notnull"`
		RefreshTokenID string    `bun:",notnull"`
		CreatedAt      time.Time `bun:",notnull"`
		ExpiresAt      time.Time `bun:",notnull"`
	}
	_, err := db.NewCreateTable().Model((*session)(nil)).
		ForeignKey(`("user_id") REFERENCES "users" ("id") ON DELETE CASCADE`).Exec(ctx)
	if err != nil {
		return err
	}
	// The first serves the cascade, the second the pruning.
	for index, column := range map[string]string{"sessions_user_id": "user_id", "sessions_expires_at": "expires_at"} {
		if _, err := db.NewCreateIndex().Model((*session)(nil)).Index(index).Column(column).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// addOrigins adds where sessions come from, and when they were refreshed.
func addOrigins(ctx context.Context, db *bun.DB) error {
	type session struct {
		bun.BaseModel `bun:"table:sessions"`
	}
	for _, column := range []string{"address VARCHAR NOT NULL DEFAULT ''", "agent VARCHAR NOT NULL DEFAULT ''", "refreshed_at " + moment(db)} {
		if _, err := db.NewAddColumn().Model((*session)(nil)).ColumnExpr(column).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// AddSession keeps a new session.
func (db *DB) AddSession(ctx context.Context, session *auth.Session) error {
	_, err := db.bun.NewInsert().Model(&sessionRow{
		ID:             session.ID,
		UserID:         session.UserID,
		RefreshTokenID: session.RefreshTokenID,
		CreatedAt:      session.CreatedAt,
		ExpiresAt:      session.ExpiresAt,
		Address:        session.Origin.Address,
		Agent:          session.Origin.Agent,
	}).Exec(ctx)
	return err
}

// Session returns a live session with its user, or auth.ErrNotFound.
func (db *DB) Session(ctx context.Context, id string) (*auth.Session, error) {
	row := new(sessionRow)
	err := db.bun.NewSelect().Model(row).Relation("User").Relation("User.Grants", byProject).
		Where("s.id = ?", id).Scan(ctx) // with no time in it the statement stays the same, and prepared
	if errors.Is(err, sql.ErrNoRows) || (err == nil && (row.User == nil || !row.ExpiresAt.After(time.Now()))) {
		return nil, auth.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return row.session(), nil
}

// Sessions returns the live sessions of a user, or with 0 of all, newest first.
func (db *DB) Sessions(ctx context.Context, userID int64) ([]*auth.Session, error) {
	var rows []*sessionRow
	query := db.bun.NewSelect().Model(&rows).Relation("User").Relation("User.Grants", byProject).
		Where("s.expires_at > ?", time.Now()).OrderExpr("s.created_at DESC")
	if userID != 0 {
		query = query.Where("s.user_id = ?", userID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	sessions := make([]*auth.Session, 0, len(rows))
	for _, row := range rows {
		if row.User != nil {
			sessions = append(sessions, row.session())
		}
	}
	return sessions, nil
}

func (row *sessionRow) session() *auth.Session {
	return &auth.Session{
		ID:             row.ID,
		UserID:         row.UserID,
		RefreshTokenID: row.RefreshTokenID,
		Origin:         auth.Origin{Address: row.Address, Agent: row.Agent},
		CreatedAt:      row.CreatedAt.UTC(),
		RefreshedAt:    inUTC(row.RefreshedAt),
		ExpiresAt:      row.ExpiresAt.UTC(),
		User:           row.User.user(),
	}
}

// RotateSession replaces a session's refresh token, once for each `from`. It
// compares and sets in one statement, which is what lets only one of several
// callers win.
func (db *DB) RotateSession(ctx context.Context, id, from, to string, expiresAt time.Time) (bool, error) {
	result, err := db.bun.NewUpdate().Model((*sessionRow)(nil)).
		Set("refresh_token_id = ?", to).Set("expires_at = ?", expiresAt).Set("refreshed_at = ?", time.Now().UTC()).
		Where("id = ?", id).Where("refresh_token_id = ?", from).Where("expires_at > ?", time.Now()).Exec(ctx)
	return changedOne(result, err)
}

// ExtendSession sets the end of a session that has not ended.
func (db *DB) ExtendSession(ctx context.Context, id string, expiresAt time.Time) error {
	_, err := db.bun.NewUpdate().Model((*sessionRow)(nil)).Set("expires_at = ?", expiresAt).
		Where("id = ?", id).Where("expires_at > ?", time.Now()).Exec(ctx)
	return err
}

// EndSession forgets a session, if there is one.
func (db *DB) EndSession(ctx context.Context, id string) error {
	return db.changeAccess(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("id = ?", id).Exec(ctx)
		return err
	})
}

// EndSessions forgets all sessions of a user but one.
func (db *DB) EndSessions(ctx context.Context, userID int64, kept string) error {
	return db.changeAccess(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("user_id = ?", userID).Where("id <> ?", kept).Exec(ctx)
		return err
	})
}

// PruneSessions forgets the sessions that ended before the given time.
func (db *DB) PruneSessions(ctx context.Context, before time.Time) error {
	_, err := db.bun.NewDelete().Model((*sessionRow)(nil)).Where("expires_at < ?", before).Exec(ctx)
	return err
}
