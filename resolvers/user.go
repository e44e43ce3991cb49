package resolvers

import (
	"context"
	"strconv"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/lxd"
)

func (r *mutationResolver) Login(ctx context.Context, username string, password string) (*auth.AuthPayload, error) {
	return r.Auth.Login(ctx, username, password)
}

func (r *mutationResolver) RefreshToken(ctx context.Context, refreshToken string) (*auth.AuthPayload, error) {
	return r.Auth.RefreshToken(ctx, refreshToken)
}

func (r *queryResolver) Viewer(ctx context.Context) (*auth.User, error) {
	return auth.From(ctx).User, nil
}

func (r *userResolver) ID(ctx context.Context, obj *auth.User) (string, error) {
	return lxd.ID{Server: r.LXD.Name(), Kind: "User", Name: strconv.FormatInt(obj.ID, 10)}.String(), nil
}

func (r *Resolver) User() graph.UserResolver { return &userResolver{r} }

type userResolver struct{ *Resolver }
