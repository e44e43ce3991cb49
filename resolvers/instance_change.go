package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

func (r *subscriptionResolver) InstanceChanged(ctx context.Context, name *string, project *string, allProjects *bool) (<-chan *lxd.InstanceChange, error) {
	return r.instanceChanged(ctx, value(name), value(project), value(allProjects))
}
