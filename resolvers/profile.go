package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/lxd"
)

func (r *profileResolver) Project(ctx context.Context, obj *lxd.Profile) (*lxd.Project, error) {
	return load(ctx).project.Load(ctx, obj.Project)()
}

func (r *profileResolver) Config(ctx context.Context, obj *lxd.Profile, prefix *string) (lxd.StringMap, error) {
	return obj.Config.Visible(value(prefix), lxd.SeesSecrets(scope(ctx), obj.Project)), nil
}

func (r *profileResolver) HiddenConfigKeys(ctx context.Context, obj *lxd.Profile) ([]string, error) {
	return obj.Config.Hidden(lxd.SeesSecrets(scope(ctx), obj.Project)), nil
}

func (r *Resolver) Profile() graph.ProfileResolver { return &profileResolver{r} }

type profileResolver struct{ *Resolver }
