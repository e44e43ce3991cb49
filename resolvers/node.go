package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

func (r *queryResolver) Node(ctx context.Context, id string) (lxd.Node, error) {
	return r.node(ctx, id)
}

func (r *queryResolver) Nodes(ctx context.Context, ids []string) ([]lxd.Node, error) {
	return r.nodes(ctx, ids)
}
