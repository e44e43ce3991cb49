package resolvers

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
	"github.com/lxdql/lxdql/page"
)

// missedChanges are what may have changed in a break, and what there is since.
type missedChanges struct {
	*mirror.View
	differences []*mirror.Difference
}

// patience is how long the mirror may take to list everything after a break.
const patience = 30 * time.Second

// missed waits for the mirror, which lists everything once for all subscribers
// after a break; nil where it cannot tell.
func (r *Resolver) missed(ctx context.Context, gap uint64) *missedChanges {
	if r.Mirror == nil {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	differences, known := r.Mirror.Missed(waiting, scope(ctx), gap)
	view, err := r.Mirror.View()
	if !known || err != nil {
		return nil
	}
	return &missedChanges{view, differences}
}

// reconcile tells what the caller was told otherwise, and what may have changed
// of which nothing was told.
func (w *watched) reconcile(ctx context.Context, missed *missedChanges, emit func(*lxd.InstanceChange)) {
	as, cursor := scope(ctx), w.r.Hub.CursorOf(w.r.Hub.Last())
	look := map[key]bool{}
	for place := range w.known {
		look[place] = false
	}
	for _, difference := range missed.differences {
		switch of := difference.Key(); of.Kind {
		case mirror.Instances, mirror.Snapshots:
			place := key{of.Project, of.Name}
			if (w.all || of.Project == projectName(&w.project)) && (w.name == "" || w.name == of.Name) {
				look[place] = look[place] || of.Kind == mirror.Snapshots
			}
		}
	}
	for place, always := range look {
		before, told := w.known[place]
		delete(w.known, place)
		change := &lxd.InstanceChange{Kind: lxd.ChangeReconciled, Cursor: cursor, Name: place.name, Project: place.project}
		if entry := missed.Shown(as, mirror.Key{Kind: mirror.Instances, Project: place.project, Name: place.name}); entry != nil {
			instance := entry.Object.(*lxd.Instance)
			if page.Instances.Matches(instance, w.where, as) {
				change.Instance, w.known[place] = instance, digest(instance)
			}
		}
		if always || before != w.known[place] || (change.Instance == nil && (told || w.where == nil)) {
			emit(change)
		}
	}
}

// mirrored are the kinds by the name that changes have for them.
var mirrored = map[string]mirror.Kind{
	"StorageVolume": mirror.Volumes, "Network": mirror.Networks, "Image": mirror.Images, "Project": mirror.Projects, "Profile": mirror.Profiles,
}

// reconcile tells what the caller was told otherwise, and what may have changed
// of which nothing was told.
func (w *watchedObjects) reconcile(ctx context.Context, missed *missedChanges, emit func(*lxd.ObjectChange)) error {
	as, cursor := scope(ctx), w.r.Hub.CursorOf(w.r.Hub.Last())
	now := map[string]*lxd.ObjectChange{}
	for _, told := range w.known {
		now[told.change.ID.String()] = told.change
	}
	for _, difference := range missed.differences {
		change, err := w.ofDifference(difference)
		if err != nil {
			return err
		}
		if change != nil {
			now[change.ID.String()] = change
		}
	}
	for text, about := range now {
		change := *about
		change.Kind, change.Cursor, change.Object = lxd.ObjectReconciled, cursor, nil
		before := w.known[text]
		delete(w.known, text)
		if entry := missed.Shown(as, w.keyOf(&change)); entry != nil {
			change.Object, _ = entry.Object.(lxd.Node)
			w.known[text] = toldObject{digest(change.Object), &change}
		}
		if before.digest != w.known[text].digest || change.Object == nil {
			emit(&change)
		}
	}
	return nil
}

// keyOf is what the mirror has an object under.
func (w *watchedObjects) keyOf(change *lxd.ObjectChange) mirror.Key {
	return mirror.Key{Kind: mirrored[w.kind], Project: change.ID.Project, Name: change.ID.Name}
}

// ofDifference is the change of an object that the caller follows; nil for
// another one.
func (w *watchedObjects) ofDifference(difference *mirror.Difference) (*lxd.ObjectChange, error) {
	of, entry := difference.Key(), difference.After
	if entry == nil {
		entry = difference.Before
	}
	object, ok := entry.Object.(identified)
	if of.Kind != mirrored[w.kind] || !ok {
		return nil, nil
	}
	id, err := lxd.ParseID(object.ID())
	if err != nil {
		return nil, err
	}
	change := &lxd.ObjectChange{ID: id, Name: of.Name, ProjectName: of.Project}
	switch is := entry.Object.(type) {
	case *lxd.Project:
		change.ProjectName = is.Name
	case *lxd.StorageVolume:
		change.Name, change.Pool = is.Name, is.Pool
	case *lxd.Network:
		if !is.Managed {
			return nil, nil
		}
	}
	if (w.name != "" && w.name != change.Name) || (w.pool != "" && w.pool != change.Pool) ||
		(w.project != "" && of.Kind != mirror.Projects && w.project != change.ProjectName) {
		return nil, nil
	}
	return change, nil
}
