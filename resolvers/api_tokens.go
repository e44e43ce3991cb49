package resolvers

import (
	"context"
	"errors"
	"slices"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

func (r *Resolver) tokenID(id string) string {
	return lxd.ID{Server: r.LXD.Name(), Kind: "ApiToken", Name: id}.String()
}

// createApiToken makes a token and shows its text.
func (r *Resolver) createApiToken(ctx context.Context, input auth.CreateApiTokenInput) (*auth.CreateApiTokenPayload, error) {
	token, text, err := r.Auth.CreateToken(ctx, input)
	if err != nil {
		return nil, err
	}
	return &auth.CreateApiTokenPayload{ApiToken: token, Token: &text}, nil
}

// revokeApiToken takes a token's id, or its name without what makes it unique.
func (r *Resolver) revokeApiToken(ctx context.Context, id string) (*auth.RevokeApiTokenPayload, error) {
	name := nameOf(id, "ApiToken")
	if err := r.Auth.RevokeToken(ctx, name); err != nil {
		return nil, err
	}
	deleted := r.tokenID(name)
	return &auth.RevokeApiTokenPayload{DeletedID: &deleted}, nil
}

// projectsByName are those that are there and that the caller may see.
func projectsByName(ctx context.Context, names []string) ([]*lxd.Project, error) {
	if names == nil {
		return nil, nil
	}
	projects, errs := load(ctx).project.LoadMany(ctx, names)()
	return slices.DeleteFunc(projects, func(p *lxd.Project) bool { return p == nil }), errors.Join(errs...)
}
