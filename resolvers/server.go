package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

func (r *queryResolver) Server(ctx context.Context) (*lxd.Server, error) {
	return r.LXD.Server(ctx, scope(ctx))
}
