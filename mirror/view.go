package mirror

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// View is one picture of the inventory. It never changes and is everybody's:
// what a caller may see of it is decided by the [Reader] that reads it.
type View struct {
	tables   [kinds]frozen
	revision uint64
	asOf     time.Time
}

type frozen struct {
	entries  []*Entry
	revision uint64
	kept     *keptLists
}

// View is the present picture: the same one until something changes. It is
// ErrNotInSync while LXD has to be asked, which it is as well where LXD and
// lxdql do not trust each other any more: the caller is told by its answer.
func (m *Mirror) View() (*View, error) {
	if m.client.Trouble() != nil {
		return nil, ErrNotInSync
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if !m.synced() || m.lagging(m.behind) {
		return nil, ErrNotInSync
	}
	return m.freeze(), nil
}

// freeze makes the view; the caller holds the mutex.
func (m *Mirror) freeze() *View {
	m.freshen()
	if m.view != nil && m.view.revision == m.revision && m.view.asOf.Equal(m.status.ListedAt) {
		return m.view
	}
	before := m.view
	if before == nil {
		before = &View{}
	}
	m.view = &View{revision: m.revision, asOf: m.status.ListedAt}
	for kind := range m.tables {
		t := &m.tables[kind]
		t.shared = true
		t.close()
		keeps := before.tables[kind].kept
		if keeps == nil || before.tables[kind].revision != t.revision {
			keeps = &keptLists{}
		}
		m.view.tables[kind] = frozen{t.entries, t.revision, keeps}
	}
	return m.view
}

// Revision moves when the bytes of an object of one of the kinds have changed,
// and with no kind when any has.
func (v *View) Revision(of ...Kind) uint64 {
	if len(of) == 0 {
		return v.revision
	}
	var newest uint64
	for _, kind := range of {
		newest = max(newest, v.tables[kind].revision)
	}
	return newest
}

// AsOf is when LXD was asked last for everything; what it has announced since is
// in the view as well, and what it never announces is as of then.
func (v *View) AsOf() time.Time { return v.asOf }

// entry is what is held under a key; nil for nothing.
func (v *View) entry(key Key) *Entry { return lookup(v.tables[key.Kind].entries, key) }

// Shown is what is held under a key, for who may see it; nil for nothing.
func (v *View) Shown(as lxd.Scope, key Key) *Entry {
	if !visible(as, key) {
		return nil
	}
	return v.entry(key)
}

// visible reports whether a scope allows to see what is under a key. Pools are
// the server's, and everybody may see them.
func visible(as lxd.Scope, key Key) bool {
	switch key.Kind {
	case StoragePools:
		return true
	case Projects:
		return as.Allows(key.Name, false)
	}
	return as.Allows(key.Project, false)
}

// CaughtUp returns when everything that lxdql has changed before it was called,
// and everything that LXD had announced by then of it, has been read: a view
// that is taken afterwards shows it. Where that takes too long, or ctx ends, or
// not everything is listed yet, LXD is asked until it has.
func (m *Mirror) CaughtUp(ctx context.Context) {
	until := m.hub.Told()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var marks uint64
	for {
		if !m.synced() {
			m.behind = max(m.behind, m.marks)
			return
		}
		if m.handled >= until && marks == 0 {
			marks = m.marks
		}
		if m.handled >= until && !m.lagging(marks) {
			return
		}
		if !m.await(ctx) {
			m.behind = max(m.behind, m.marks)
			return
		}
	}
}

// await waits for news, and is false when ctx has ended; the caller holds the
// mutex, which others have meanwhile.
func (m *Mirror) await(ctx context.Context) bool {
	news := m.news
	m.mutex.Unlock()
	defer m.mutex.Lock()
	select {
	case <-news:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// longest is how long an answer waits for the mirror.
const longest = 5 * time.Second

// lagging reports whether a change of ours up to a mark is not read yet; the
// caller holds the mutex.
func (m *Mirror) lagging(mark uint64) bool {
	for _, open := range m.open {
		if open <= mark {
			return true
		}
	}
	return false
}
