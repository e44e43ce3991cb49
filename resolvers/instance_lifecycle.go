package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *mutationResolver) StartInstance(ctx context.Context, name string, project *string, stateful *bool, wait *int) (*work.InstancePayload, error) {
	return r.changeState(ctx, value(project), name, wait, lxd.InstanceStateChange{Action: lxd.ActionStart, Stateful: value(stateful)})
}

func (r *mutationResolver) StopInstance(ctx context.Context, name string, project *string, force *bool, timeoutSeconds *int, stateful *bool, wait *int) (*work.InstancePayload, error) {
	return r.changeState(ctx, value(project), name, wait, lxd.InstanceStateChange{Action: lxd.ActionStop, Force: value(force), TimeoutSeconds: value(timeoutSeconds), Stateful: value(stateful)})
}

func (r *mutationResolver) RestartInstance(ctx context.Context, name string, project *string, force *bool, timeoutSeconds *int, wait *int) (*work.InstancePayload, error) {
	return r.changeState(ctx, value(project), name, wait, lxd.InstanceStateChange{Action: lxd.ActionRestart, Force: value(force), TimeoutSeconds: value(timeoutSeconds)})
}

func (r *mutationResolver) FreezeInstance(ctx context.Context, name string, project *string, wait *int) (*work.InstancePayload, error) {
	return r.changeState(ctx, value(project), name, wait, lxd.InstanceStateChange{Action: lxd.ActionFreeze})
}

func (r *mutationResolver) UnfreezeInstance(ctx context.Context, name string, project *string, wait *int) (*work.InstancePayload, error) {
	return r.changeState(ctx, value(project), name, wait, lxd.InstanceStateChange{Action: lxd.ActionUnfreeze})
}

func (r *mutationResolver) DeleteInstance(ctx context.Context, name string, project *string, force *bool, wait *int) (*work.DeleteInstancePayload, error) {
	return r.deleteInstance(ctx, value(project), name, value(force), wait)
}
