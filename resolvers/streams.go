package resolvers

import (
	"context"
	"slices"

	"github.com/lxdql/lxdql/lxd"
)

func (r *Resolver) events(ctx context.Context, types []lxd.EventType, actions []string, project string, all bool, after *string) (<-chan lxd.Event, error) {
	if err := r.knownProject(ctx, project, all); err != nil {
		return nil, err
	}
	events, err := r.eventSource(ctx, lxd.EventFilter{Project: project, AllProjects: all, Want: lxd.WantEvents(types, actions)}, after)
	if err != nil {
		return nil, err
	}
	return stream(ctx, r, events, nil, func(event lxd.Event, emit func(lxd.Event)) (bool, error) {
		if types == nil || slices.Contains(types, event.Head().Type) {
			r.Mark(ctx, event.Head().Sequence, event.Head().Cursor)
			emit(event)
		}
		return true, nil
	}), nil
}

// eventSource are the events from now on, or all behind a cursor.
func (r *Resolver) eventSource(ctx context.Context, filter lxd.EventFilter, after *string) (source, error) {
	if after == nil {
		return r.Hub.Subscribe(scope(ctx), filter)
	}
	return r.Journal.Follow(ctx, scope(ctx), filter, *after)
}

// knownProject refuses a project that does not exist: nothing would ever come.
func (r *Resolver) knownProject(ctx context.Context, project string, all bool) error {
	if all || project == "" || project == "default" {
		return nil
	}
	_, err := r.LXD.Project(ctx, scope(ctx), project)
	return err
}

// changeOf is the change that an event tells about the named instance, or
// about any when no name is given; nil when it tells none.
func changeOf(event lxd.Event, name string) *lxd.InstanceChange {
	done, ok := event.(*lxd.LifecycleEvent)
	if !ok {
		return nil
	}
	change := done.InstanceChange()
	if change == nil || (name != "" && name != change.Name && name != value(change.PreviousName())) {
		return nil
	}
	return change
}

// entity is the object of a lifecycle event, where the graph has its kind.
func (r *Resolver) entity(ctx context.Context, event *lxd.LifecycleEvent) (lxd.Node, error) {
	id, ok := r.LXD.Subject(event)
	if !ok {
		return nil, nil
	}
	return r.node(ctx, id.String())
}
