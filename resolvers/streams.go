package resolvers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

func (r *Resolver) events(ctx context.Context, types []lxd.EventType, actions []string, project string, all bool, after *string) (<-chan lxd.Event, error) {
	if err := r.knownProject(ctx, project, all); err != nil {
		return nil, err
	}
	events, err := r.eventSource(ctx, lxd.EventFilter{Project: project, AllProjects: all, Want: wanted(types, actions)}, after)
	if err != nil {
		return nil, err
	}
	return stream(ctx, r, events, nil, func(event lxd.Event, emit func(lxd.Event)) (bool, error) {
		if types == nil || slices.Contains(types, event.Head().Type) {
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

func wanted(types []lxd.EventType, actions []string) func(lxd.Event) bool {
	return func(event lxd.Event) bool {
		if types != nil && !slices.Contains(types, event.Head().Type) {
			return false
		}
		done, ok := event.(*lxd.LifecycleEvent)
		return !ok || actions == nil || slices.Contains(actions, done.Action)
	}
}

// knownProject refuses a project that does not exist: nothing would ever come.
func (r *Resolver) knownProject(ctx context.Context, project string, all bool) error {
	if all || project == "" || project == "default" {
		return nil
	}
	_, err := r.LXD.Project(ctx, scope(ctx), project)
	return err
}

func (r *Resolver) instanceChanged(ctx context.Context, name, project string, all bool) (<-chan *lxd.InstanceChange, error) {
	if err := r.knownProject(ctx, project, all); err != nil {
		return nil, err
	}
	events, err := r.Hub.Subscribe(scope(ctx), lxd.EventFilter{Project: project, AllProjects: all, Want: func(event lxd.Event) bool {
		return changeOf(event, name) != nil
	}})
	if err != nil {
		return nil, err
	}
	return stream(ctx, r, events, nil, func(event lxd.Event, emit func(*lxd.InstanceChange)) (bool, error) {
		change := changeOf(event, name)
		if change == nil {
			return true, nil
		}
		if err := r.readChanged(ctx, change); err != nil {
			return false, err
		}
		emit(change)
		return true, nil
	}), nil
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

// readChanged reads the instance after a change. It may be gone meanwhile, or
// LXD may be: the change is told all the same.
func (r *Resolver) readChanged(ctx context.Context, change *lxd.InstanceChange) error {
	if change.Kind == lxd.ChangeDeleted {
		return nil
	}
	instance, err := r.LXD.InstanceObject(ctx, scope(ctx), change.Project, change.Name)
	var away *lxd.UnavailableError
	if err != nil && !lxd.IsNotFound(err) && !errors.As(err, &away) {
		return err
	}
	change.Instance = instance
	return nil
}

// entity is the object of a lifecycle event, where the graph has its kind.
func (r *Resolver) entity(ctx context.Context, event *lxd.LifecycleEvent) (lxd.Node, error) {
	kind, path := event.Object()
	name, child, _ := strings.Cut(path, "/")
	id := lxd.ID{Server: r.LXD.Name(), Project: event.Effective, Name: name}
	switch {
	case kind == "instances" && strings.HasPrefix(child, "snapshots/"):
		id.Kind, id.Name = "InstanceSnapshot", name+"/"+strings.TrimPrefix(child, "snapshots/")
	case kind == "instances":
		id.Kind = "Instance"
	case kind == "projects":
		id.Kind, id.Project = "Project", ""
	case kind == "profiles":
		id.Kind = "Profile"
	case kind == "images" && name != "aliases":
		id.Kind = "Image"
	case kind == "operations":
		id.Kind = "Operation"
	default:
		return nil, nil
	}
	return r.node(ctx, id.String())
}
