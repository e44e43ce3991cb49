package mirror

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Reader answers the reads of one response, all out of one view or all from
// LXD, with the client's methods: each takes the caller's scope, and shows what
// the client would show to it.
type Reader struct {
	client *lxd.Client
	take   func() (*View, error)

	doubt func(Key) // is told of what LXD is asked for; nil for nobody

	once  sync.Once
	view  *View
	began time.Time

	marks atomic.Uint32 // the kinds that were looked at
	asked atomic.Bool   // LXD was
}

// Reader reads out of the view of the moment when it is asked first, or from
// LXD: where that is wished, and where the mirror is not in sync.
func (m *Mirror) Reader(live bool) *Reader {
	reader := &Reader{client: m.client, take: m.View}
	if live {
		reader.take = func() (*View, error) { return nil, ErrNotInSync }
	}
	return reader
}

// Doubting reads from LXD, for who does not want what is held: that is read again
// as well, so that nobody sees it as it was before.
func (m *Mirror) Doubting() *Reader {
	reader := m.Reader(true)
	reader.doubt = m.doubt
	return reader
}

// Live reads from LXD, without a mirror.
func Live(client *lxd.Client) *Reader {
	return &Reader{client: client, take: func() (*View, error) { return nil, ErrNotInSync }}
}

// View is what the reader reads from; nil for LXD itself.
func (r *Reader) View() *View {
	r.once.Do(func() {
		r.began = time.Now()
		r.view, _ = r.take() // every error is that LXD has to be asked
	})
	return r.view
}

// AsOf is the moment that what is read is as of, at least: when LXD was asked.
func (r *Reader) AsOf() time.Time {
	if view := r.View(); view != nil {
		return view.AsOf()
	}
	return r.began
}

// holds reports whether an object is in memory. What is not is asked of LXD,
// so that nothing is denied that has come to be a moment ago.
func (r *Reader) holds(key Key) bool { return r.View() != nil && r.entry(key) != nil }

// Held is the object that memory holds under a key, nil for none and for what
// the scope does not allow; false where LXD has to be asked.
func (r *Reader) Held(as lxd.Scope, key Key) (any, bool) {
	view := r.View()
	if view == nil {
		return nil, false
	}
	r.mark(key.Kind)
	if entry := view.Shown(as, key); entry != nil {
		return entry.Object, true
	}
	return nil, true
}

// Lists reports whether memory has lists of a project's objects. Where it does not
// hold the project, LXD is asked: it may have come to be a moment ago.
func (r *Reader) Lists(project string) bool { return r.holds(Key{Projects, "", orDefault(project)}) }

// listing are the objects of a kind of an effective project, which is held.
func listing[T any](r *Reader, as lxd.Scope, kind Kind, project string) ([]*T, error) {
	if !as.Allows(project, false) {
		return nil, lxd.NotFound("Project")
	}
	return objects[T](as, within(r.entries(kind), project)), nil
}

// everywhere are the objects of a kind of all projects that the scope allows.
func everywhere[T any](r *Reader, as lxd.Scope, kind Kind) []*T {
	return objects[T](as, r.entries(kind))
}

// objects is the choke point: nothing of a project that the scope does not
// allow gets past it.
func objects[T any](as lxd.Scope, entries []*Entry) []*T {
	shown := make([]*T, 0, len(entries))
	allowed, project := false, "\x00" // entries are in order of projects
	for _, entry := range entries {
		if entry.Project != project {
			project = entry.Project
			allowed = as.Allows(project, false)
		}
		if allowed {
			shown = append(shown, entry.Object.(*T))
		}
	}
	return shown
}

// object is one object of an effective project, which memory holds.
func object[T any](r *Reader, as lxd.Scope, key Key, what string) (*T, error) {
	if !as.Allows(key.Project, false) {
		return nil, lxd.NotFound(what)
	}
	return r.entry(key).Object.(*T), nil
}

// listKey is for the list of a project, or of all.
func listKey(kind Kind, project string, all bool) Key {
	if all {
		return whole(kind, "")
	}
	return whole(kind, orDefault(project))
}

func orDefault(project string) string {
	if project == "" {
		return "default"
	}
	return project
}

// Projects are the client's.
func (r *Reader) Projects(ctx context.Context, as lxd.Scope) ([]*lxd.Project, error) {
	if r.View() == nil {
		return r.ask(whole(Projects, "")).Projects(ctx, as)
	}
	all := make([]*lxd.Project, 0, len(r.entries(Projects)))
	for _, entry := range r.entries(Projects) {
		if visible(as, entry.Key) {
			all = append(all, entry.Object.(*lxd.Project))
		}
	}
	return all, nil
}

// Project is the client's.
func (r *Reader) Project(ctx context.Context, as lxd.Scope, name string) (*lxd.Project, error) {
	key := Key{Projects, "", orDefault(name)}
	if !r.holds(key) {
		return r.ask(key).Project(ctx, as, name)
	}
	if !as.Allows(orDefault(name), false) {
		return nil, lxd.NotFound("Project")
	}
	return r.entry(key).Object.(*lxd.Project), nil
}

// StoragePools are the client's: everybody may see them.
func (r *Reader) StoragePools(ctx context.Context) ([]*lxd.StoragePool, error) {
	if r.View() == nil {
		return r.ask(whole(StoragePools, "")).StoragePools(ctx)
	}
	pools := make([]*lxd.StoragePool, 0, len(r.entries(StoragePools)))
	for _, entry := range r.entries(StoragePools) {
		pools = append(pools, entry.Object.(*lxd.StoragePool))
	}
	return pools, nil
}

// StoragePool is the client's.
func (r *Reader) StoragePool(ctx context.Context, name string) (*lxd.StoragePool, error) {
	key := Key{StoragePools, "", name}
	if !r.holds(key) {
		return r.ask(key).StoragePool(ctx, name)
	}
	return r.entry(key).Object.(*lxd.StoragePool), nil
}
