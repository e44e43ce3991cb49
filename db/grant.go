package db

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/lxdql/lxdql/auth"
)

type grantRow struct {
	bun.BaseModel `bun:"table:grants,alias:g"`

	UserID  int64     `bun:",pk"`
	Project string    `bun:",pk"`
	Role    auth.Role `bun:",type:text,notnull"`
}

// createGrants is the table as it was at its step.
func createGrants(ctx context.Context, db *bun.DB) error {
	type grant struct {
		bun.BaseModel `bun:"table:grants"`

		UserID  int64  `bun:",pk"`
		Project string `bun:",pk"`
		Role    string `bun:",notnull"`
	}
	_, err := db.NewCreateTable().Model((*grant)(nil)).
		ForeignKey(`("user_id") REFERENCES "users" ("id") ON DELETE CASCADE`).Exec(ctx)
	return err
}

// setGrants keeps a user's grants instead of those that there are.
func setGrants(ctx context.Context, tx bun.IDB, userID int64, grants []*auth.Grant) error {
	if _, err := tx.NewDelete().Model((*grantRow)(nil)).Where("user_id = ?", userID).Exec(ctx); err != nil || len(grants) == 0 {
		return err
	}
	rows := make([]*grantRow, len(grants))
	for n, grant := range grants {
		rows[n] = &grantRow{UserID: userID, Project: grant.ProjectName, Role: grant.Role}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

func byProject(query *bun.SelectQuery) *bun.SelectQuery { return query.Order("project") }

func grantsOf(rows []*grantRow) []*auth.Grant {
	grants := make([]*auth.Grant, len(rows))
	for n, row := range rows {
		grants[n] = &auth.Grant{ProjectName: row.Project, Role: row.Role}
	}
	return grants
}
