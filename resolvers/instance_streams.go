package resolvers

import (
	"context"
	"crypto/sha256"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
)

// watched are the instances that a subscription follows, and how each was when
// it was told last.
type watched struct {
	r       *Resolver
	name    string
	project string
	all     bool
	where   map[string]any
	known   map[key][sha256.Size]byte
}

func (r *Resolver) instanceChanged(ctx context.Context, asked *watched, snapshot bool) (<-chan *lxd.InstanceChange, error) {
	if err := r.knownProject(ctx, asked.project, asked.all); err != nil {
		return nil, err
	}
	events, err := r.Hub.Subscribe(scope(ctx), lxd.EventFilter{Project: asked.project, AllProjects: asked.all, Want: func(event lxd.Event) bool {
		return changeOf(event, asked.name) != nil
	}})
	if err != nil {
		return nil, err
	}
	asked.r, asked.known = r, map[key][sha256.Size]byte{}
	how := changes[lxd.InstanceChange]{
		of:     func(event lxd.Event) *lxd.InstanceChange { return changeOf(event, asked.name) },
		key:    func(change *lxd.InstanceChange) string { return change.Project + "/" + change.Name },
		update: func(change *lxd.InstanceChange) bool { return change.Kind == lxd.ChangeUpdated },
		read:   asked.read, again: asked.again,
	}
	if snapshot {
		how.begin = asked.begin
	}
	return follow(ctx, r, events, how), nil
}

// list are the instances that are followed, as they are now.
func (w *watched) list(ctx context.Context) ([]*lxd.Instance, error) {
	args := page.Args{Where: w.where, Caller: scope(ctx)}
	list := lxd.InstanceList{Project: w.project, AllProjects: w.all, Detail: max(choosing(args, ""), lxd.DetailObject)}
	instances, err := w.r.listInstances(ctx, list)
	chosen := make([]*lxd.Instance, 0, len(instances))
	for _, instance := range instances {
		if (w.name == "" || w.name == instance.Name) && page.Instances.Matches(instance, w.where, scope(ctx)) {
			chosen = append(chosen, instance)
		}
	}
	return chosen, err
}

// begin tells each instance, and then that this was all.
func (w *watched) begin(ctx context.Context, emit func(*lxd.InstanceChange)) error {
	cursor := w.r.Hub.CursorOf(w.r.Hub.Last())
	instances, err := w.list(ctx)
	if err != nil {
		return err
	}
	for _, instance := range instances {
		w.known[key{instance.Project, instance.Name}] = digest(instance)
		emit(&lxd.InstanceChange{Kind: lxd.ChangeSnapshot, Cursor: cursor, Name: instance.Name, Project: instance.Project, Instance: instance})
	}
	emit(&lxd.InstanceChange{Kind: lxd.ChangeSnapshotEnd, Cursor: cursor, Project: projectOrAll(w.project, w.all)})
	return nil
}

func projectOrAll(project string, all bool) string {
	if all {
		return ""
	}
	return projectName(&project)
}

// read reads the instance after a change. It may be gone meanwhile, or LXD may
// be: the change is told all the same. One that where does not choose is told
// only when it was chosen before.
func (w *watched) read(ctx context.Context, change *lxd.InstanceChange) (bool, error) {
	place := key{change.Project, change.Name}
	if change.Kind == lxd.ChangeRenamed {
		delete(w.known, key{change.Project, value(change.PreviousName())})
	}
	if change.Kind == lxd.ChangeDeleted {
		_, told := w.known[place]
		delete(w.known, place)
		return told || w.where == nil, nil
	}
	args := page.Args{Where: w.where, Caller: scope(ctx)}
	instance, err := load(ctx).instance.Load(ctx, place)()
	if err == nil && instance != nil && choosing(args, "") == lxd.DetailFull {
		instance, err = w.r.LXD.Instance(ctx, scope(ctx), place.project, place.name)
	}
	switch {
	case err != nil && !lxd.IsNotFound(err) && !away(err):
		return false, err
	case err != nil || instance == nil:
		return true, nil
	}
	change.Instance = instance
	_, told := w.known[place]
	if page.Instances.Matches(instance, w.where, scope(ctx)) {
		w.known[place] = digest(instance)
		return true, nil
	}
	delete(w.known, place)
	return told, nil
}

// again tells what is not as it was told last, after events were missed: out of
// memory, or where that is not in step, or does not know the state that where
// asks for, out of a list.
func (w *watched) again(ctx context.Context, gap uint64, emit func(*lxd.InstanceChange)) error {
	if missed := w.r.missed(ctx, gap); missed != nil && choosing(page.Args{Where: w.where}, "") != lxd.DetailFull {
		w.reconcile(ctx, missed, emit)
		return nil
	}
	cursor := w.r.Hub.CursorOf(w.r.Hub.Last())
	instances, err := w.list(ctx)
	if away(err) {
		return nil // its next connection tells a gap again
	}
	if err != nil {
		return err
	}
	before := w.known
	w.known = map[key][sha256.Size]byte{}
	for _, instance := range instances {
		place, now := key{instance.Project, instance.Name}, digest(instance)
		if before[place] != now {
			emit(&lxd.InstanceChange{Kind: lxd.ChangeReconciled, Cursor: cursor, Name: instance.Name, Project: instance.Project, Instance: instance})
		}
		w.known[place] = now
	}
	for place := range before {
		if _, still := w.known[place]; !still {
			emit(&lxd.InstanceChange{Kind: lxd.ChangeReconciled, Cursor: cursor, Name: place.name, Project: place.project})
		}
	}
	return nil
}
