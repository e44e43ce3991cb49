package resolvers

import (
	"context"
	"crypto/sha256"

	"github.com/lxdql/lxdql/lxd"
)

// watchedObjects are the objects of a kind that a subscription follows, and how
// each was when it was told last.
type watchedObjects struct {
	r    *Resolver
	kind string
	name string
	pool string
	// project is whose they are; "" is everybody's.
	project string
	// list are all of them as they are now.
	list  func(ctx context.Context) ([]*lxd.ObjectChange, error)
	known map[string]toldObject
}

type toldObject struct {
	digest [sha256.Size]byte
	change *lxd.ObjectChange
}

// objectChanged follows the objects of a kind. Those of a project that has none
// of its own are default's.
func (r *Resolver) objectChanged(ctx context.Context, asked *watchedObjects, project *string, all *bool, feature lxd.Feature, snapshot *bool) (<-chan *lxd.ObjectChange, error) {
	filter := lxd.EventFilter{AllProjects: value(all)}
	if !filter.AllProjects {
		var err error
		if filter.Project, err = owner(r.live(ctx), project, feature); err != nil {
			return nil, err
		}
	}
	asked.project = filter.Project
	filter.Want = func(event lxd.Event) bool { return asked.of(event) != nil }
	asked.r, asked.known = r, map[string]toldObject{}
	events, err := r.Hub.Subscribe(scope(ctx), filter)
	if err != nil {
		return nil, err
	}
	how := changes[lxd.ObjectChange]{
		of:     asked.of,
		key:    func(change *lxd.ObjectChange) string { return change.ID.String() },
		update: func(change *lxd.ObjectChange) bool { return change.Kind == lxd.ObjectUpdated },
		read:   asked.read, again: asked.again,
	}
	if value(snapshot) {
		how.begin = asked.begin
	}
	return follow(ctx, r, events, how), nil
}

func (w *watchedObjects) of(event lxd.Event) *lxd.ObjectChange {
	done, ok := event.(*lxd.LifecycleEvent)
	if !ok {
		return nil
	}
	change := w.r.LXD.ObjectChange(w.kind, done)
	if change == nil || (w.pool != "" && change.Pool != w.pool) || (w.name != "" && w.name != change.Name && w.name != value(change.PreviousName())) {
		return nil
	}
	return change
}

// read reads the object after a change; it may be gone meanwhile, or LXD may be.
func (w *watchedObjects) read(ctx context.Context, change *lxd.ObjectChange) (bool, error) {
	text := change.ID.String()
	if change.Kind == lxd.ObjectDeleted {
		delete(w.known, text)
		shared := change.ID
		shared.Name = lxd.WithoutMember(shared.Name)
		delete(w.known, shared.String())
		return true, nil
	}
	if old := change.PreviousName(); old != nil {
		before := change.ID
		before.Name = before.Name[:len(before.Name)-len(change.Name)] + *old
		delete(w.known, before.String())
	}
	object, err := w.r.node(ctx, text)
	if err != nil && !away(err) {
		return false, err
	}
	if volume, ok := object.(*lxd.StorageVolume); ok && volume != nil { // which all members may share
		text = volume.ID()
		if change.ID, err = lxd.ParseID(text); err != nil {
			return false, err
		}
	}
	change.Object = object
	w.known[text] = toldObject{digest(object), change}
	return true, nil
}

func (w *watchedObjects) chosen(ctx context.Context) ([]*lxd.ObjectChange, error) {
	all, err := w.list(ctx)
	chosen := make([]*lxd.ObjectChange, 0, len(all))
	for _, one := range all {
		if w.name == "" || w.name == one.Name {
			chosen = append(chosen, one)
		}
	}
	return chosen, err
}

func (w *watchedObjects) begin(ctx context.Context, emit func(*lxd.ObjectChange)) error {
	cursor := w.r.Hub.CursorOf(w.r.Hub.Last())
	all, err := w.chosen(ctx)
	if err != nil {
		return err
	}
	for _, one := range all {
		one.Kind, one.Cursor = lxd.ObjectSnapshot, cursor
		w.known[one.ID.String()] = toldObject{digest(one.Object), one}
		emit(one)
	}
	emit(&lxd.ObjectChange{Kind: lxd.ObjectSnapshotEnd, Cursor: cursor})
	return nil
}

// again tells what is not as it was told last, after events were missed: out of
// memory, or where that is not in step out of a list.
func (w *watchedObjects) again(ctx context.Context, gap uint64, emit func(*lxd.ObjectChange)) error {
	if missed := w.r.missed(ctx, gap); missed != nil {
		return w.reconcile(ctx, missed, emit)
	}
	cursor := w.r.Hub.CursorOf(w.r.Hub.Last())
	all, err := w.chosen(ctx)
	if away(err) {
		return nil // its next connection tells a gap again
	}
	if err != nil {
		return err
	}
	before := w.known
	w.known = map[string]toldObject{}
	for _, one := range all {
		text, now := one.ID.String(), digest(one.Object)
		one.Kind, one.Cursor = lxd.ObjectReconciled, cursor
		if before[text].digest != now {
			emit(one)
		}
		w.known[text] = toldObject{now, one}
	}
	for text, told := range before {
		if _, still := w.known[text]; !still {
			gone := *told.change
			gone.Kind, gone.Cursor, gone.Object = lxd.ObjectReconciled, cursor, nil
			emit(&gone)
		}
	}
	return nil
}

// identified is what has an id and is to be told of.
type identified interface {
	lxd.Node
	ID() string
}

// told are objects as changes.
func told[T identified](objects []T, err error, name, project, pool func(T) string) ([]*lxd.ObjectChange, error) {
	if err != nil {
		return nil, err
	}
	all := make([]*lxd.ObjectChange, 0, len(objects))
	for _, object := range objects {
		id, err := lxd.ParseID(object.ID())
		if err != nil {
			return nil, err
		}
		all = append(all, &lxd.ObjectChange{ID: id, Name: name(object), ProjectName: project(object), Pool: pool(object), Object: object})
	}
	return all, nil
}
