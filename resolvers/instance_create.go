package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *mutationResolver) CreateInstance(ctx context.Context, input lxd.CreateInstanceInput, wait *int) (*work.InstancePayload, error) {
	operation, err := r.Work.CreateInstance(ctx, scope(ctx), &input)
	return r.changed(ctx, input.ProjectName(), input.Name, operation, wait, err)
}
