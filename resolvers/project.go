package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/lxd"
)

func (r *projectResolver) Config(ctx context.Context, obj *lxd.Project, prefix *string) (lxd.StringMap, error) {
	return obj.Config.Visible(value(prefix), lxd.SeesSecrets(scope(ctx), obj.Name)), nil
}

func (r *Resolver) Project() graph.ProjectResolver { return &projectResolver{r} }

type projectResolver struct{ *Resolver }
