package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/auth"
)

type apiTokenRow struct {
	bun.BaseModel `bun:"table:api_tokens,alias:t"`

	ID              string     `bun:",pk"`
	UserID          int64      `bun:",notnull"`
	Hash            string     `bun:",notnull"`
	Description     string     `bun:",notnull"`
	Role            *auth.Role `bun:",type:text"`
	Projects        *string
	ReadOnly        bool      `bun:",notnull"`
	FromEnvironment bool      `bun:",notnull"`
	CreatedAt       time.Time `bun:",notnull"`
	ExpiresAt       *time.Time
	LastUsedAt      *time.Time

	User *userRow `bun:"rel:belongs-to,join:user_id=id"`
}

// createTokens is the table as it was at its step.
func createTokens(ctx context.Context, db *bun.DB) error {
	type token struct {
		bun.BaseModel `bun:"table:api_tokens"`

		ID              string  `bun:",pk"`
		UserID          int64   `bun:",notnull"`
		Hash            string  `bun:",notnull,unique"`
		Description     string  `bun:",notnull"`
		Role            *string `bun:",type:text"`
		Projects        *string
		ReadOnly        bool      `bun:",notnull"`
		FromEnvironment bool      `bun:",notnull"`
		CreatedAt       time.Time `bun:",notnull"`
		ExpiresAt       *time.Time
		LastUsedAt      *time.Time
	}
	_, err := db.NewCreateTable().Model((*token)(nil)).
		ForeignKey(`("user_id") REFERENCES "users" ("id") ON DELETE CASCADE`).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = db.NewCreateIndex().Model((*token)(nil)).Index("api_tokens_user_id").Column("user_id").Exec(ctx)
	return err
}

// AddToken keeps a new token; auth.ErrTokenExists for a text that is another's.
func (db *DB) AddToken(ctx context.Context, token *auth.ApiToken) error {
	row := &apiTokenRow{
		ID: token.ID, UserID: token.UserID, Hash: token.Hash, Description: token.Description, Role: token.Role,
		ReadOnly: token.ReadOnly, FromEnvironment: token.FromEnvironment, CreatedAt: token.CreatedAt, ExpiresAt: token.ExpiresAt,
	}
	if token.Projects != nil {
		text, err := json.Marshal(token.Projects)
		if err != nil {
			return err
		}
		projects := string(text)
		row.Projects = &projects
	}
	result, err := db.bun.NewInsert().Model(row).On("CONFLICT (hash) DO NOTHING").Exec(ctx)
	if err != nil {
		return err
	}
	if added, err := result.RowsAffected(); err != nil || added == 0 {
		return errors.Join(err, auth.ErrTokenExists)
	}
	return nil
}

// Token returns a token with its user, or auth.ErrNotFound.
func (db *DB) Token(ctx context.Context, id string) (*auth.ApiToken, error) {
	return db.oneToken(ctx, "t.id = ?", id)
}

// TokenByHash returns the token that a hash is of, with its user, or auth.ErrNotFound.
func (db *DB) TokenByHash(ctx context.Context, hash string) (*auth.ApiToken, error) {
	return db.oneToken(ctx, "t.hash = ?", hash)
}

func (db *DB) oneToken(ctx context.Context, where, value string) (*auth.ApiToken, error) {
	row := new(apiTokenRow)
	err := db.bun.NewSelect().Model(row).Relation("User").Relation("User.Grants", byProject).Where(where, value).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && row.User == nil) {
		return nil, auth.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return row.token()
}

// Tokens returns the tokens of a user, or with 0 those of all, newest first.
func (db *DB) Tokens(ctx context.Context, userID int64) ([]*auth.ApiToken, error) {
	var rows []*apiTokenRow
	query := db.bun.NewSelect().Model(&rows).Relation("User").Relation("User.Grants", byProject).OrderExpr("t.created_at DESC")
	if userID != 0 {
		query = query.Where("t.user_id = ?", userID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	tokens := make([]*auth.ApiToken, 0, len(rows))
	for _, row := range rows {
		token, err := row.token()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
	return tokens, nil
}

// RevokeToken forgets a token; auth.ErrNotFound when there is none.
func (db *DB) RevokeToken(ctx context.Context, id string) error {
	return db.changeAccess(ctx, func(ctx context.Context, tx bun.Tx) error {
		result, err := tx.NewDelete().Model((*apiTokenRow)(nil)).Where("id = ?", id).Exec(ctx)
		if err != nil {
			return err
		}
		if gone, err := result.RowsAffected(); err != nil || gone == 0 {
			return errors.Join(err, auth.ErrNotFound)
		}
		return nil
	})
}

// TouchToken notes that a token was used.
func (db *DB) TouchToken(ctx context.Context, id string, at time.Time) error {
	_, err := db.bun.NewUpdate().Model((*apiTokenRow)(nil)).Set("last_used_at = ?", at).Where("id = ?", id).Exec(ctx)
	return err
}

func (row *apiTokenRow) token() (*auth.ApiToken, error) {
	token := &auth.ApiToken{
		ID: row.ID, UserID: row.UserID, Hash: row.Hash, Description: row.Description, Role: row.Role, ReadOnly: row.ReadOnly,
		FromEnvironment: row.FromEnvironment, CreatedAt: row.CreatedAt.UTC(), ExpiresAt: inUTC(row.ExpiresAt), LastUsedAt: inUTC(row.LastUsedAt),
	}
	if row.User != nil {
		token.User = row.User.user()
	}
	if row.Projects == nil {
		return token, nil
	}
	return token, json.Unmarshal([]byte(*row.Projects), &token.Projects)
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}
