package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/lxd"
)

func (r *imageResolver) Project(ctx context.Context, obj *lxd.Image) (*lxd.Project, error) {
	return load(ctx).project.Load(ctx, obj.Project)()
}

func (r *Resolver) Image() graph.ImageResolver { return &imageResolver{r} }

type imageResolver struct{ *Resolver }
