package db

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"
)

// GrantedProjects are the projects that users have roles in or tokens are for.
func (db *DB) GrantedProjects(ctx context.Context) ([]string, error) {
	var names []string
	if err := db.bun.NewSelect().Model((*grantRow)(nil)).Column("project").Distinct().Scan(ctx, &names); err != nil {
		return nil, err
	}
	rows, err := confinedTokens(ctx, db.bun, "")
	for _, row := range rows {
		names = append(names, row.names...)
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// MoveProject gives the roles in a project, and the tokens for it, to another
// name instead of those there; "" takes them away, with the tokens that are for
// nothing else. It is false where there was nothing to change.
func (db *DB) MoveProject(ctx context.Context, name, newName string) (changed bool, err error) {
	err = db.bun.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		granted, err := tx.NewSelect().Model((*grantRow)(nil)).Where("project = ?", name).Count(ctx)
		if err != nil {
			return err
		}
		tokens, err := confinedTokens(ctx, tx, name)
		if err != nil || (granted == 0 && len(tokens) == 0) {
			return err
		}
		changed = true
		if err := moveGrants(ctx, tx, name, newName); err != nil {
			return err
		}
		for _, row := range tokens {
			if err := row.move(ctx, tx, name, newName); err != nil {
				return err
			}
		}
		return nextGeneration(ctx, tx)
	})
	return changed && err == nil, err
}

func moveGrants(ctx context.Context, tx bun.Tx, name, newName string) error {
	if newName == "" {
		_, err := tx.NewDelete().Model((*grantRow)(nil)).Where("project = ?", name).Exec(ctx)
		return err
	}
	if _, err := tx.NewDelete().Model((*grantRow)(nil)).Where("project = ?", newName).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewUpdate().Model((*grantRow)(nil)).Set("project = ?", newName).Where("project = ?", name).Exec(ctx)
	return err
}

// confinedToken is a token for single projects.
type confinedToken struct {
	id    string
	names []string
}

// confinedTokens are those for a project; "" is any.
func confinedTokens(ctx context.Context, from bun.IDB, project string) ([]*confinedToken, error) {
	var rows []*apiTokenRow
	if err := from.NewSelect().Model(&rows).Column("id", "projects").Where("projects IS NOT NULL").Scan(ctx); err != nil {
		return nil, err
	}
	var found []*confinedToken
	for _, row := range rows {
		one := &confinedToken{id: row.ID}
		if err := json.Unmarshal([]byte(*row.Projects), &one.names); err != nil {
			return nil, err
		}
		if project == "" || slices.Contains(one.names, project) {
			found = append(found, one)
		}
	}
	return found, nil
}

func (t *confinedToken) move(ctx context.Context, tx bun.Tx, name, newName string) error {
	names := slices.DeleteFunc(t.names, func(other string) bool { return other == name || other == newName })
	if newName != "" {
		names = append(names, newName)
	}
	if len(names) == 0 {
		_, err := tx.NewDelete().Model((*apiTokenRow)(nil)).Where("id = ?", t.id).Exec(ctx)
		return err
	}
	text, err := json.Marshal(names)
	if err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model((*apiTokenRow)(nil)).Set("projects = ?", string(text)).Where("id = ?", t.id).Exec(ctx)
	return err
}
