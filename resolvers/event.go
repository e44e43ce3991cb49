package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/lxd"
)

func (r *lifecycleEventResolver) Entity(ctx context.Context, obj *lxd.LifecycleEvent) (lxd.Node, error) {
	return r.entity(ctx, obj)
}

func (r *subscriptionResolver) Events(ctx context.Context, types []lxd.EventType, actions []string, project *string, allProjects *bool) (<-chan lxd.Event, error) {
	return r.events(ctx, types, actions, value(project), value(allProjects))
}

func (r *Resolver) LifecycleEvent() graph.LifecycleEventResolver { return &lifecycleEventResolver{r} }

type lifecycleEventResolver struct{ *Resolver }
