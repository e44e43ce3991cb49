package mirror

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Difference is what an object was before a break and is after it; nil is gone,
// or not there yet.
type Difference struct {
	Before, After *Entry
}

// Key names the object.
func (d *Difference) Key() Key { return keyOf(d.Before, d.After) }

// change is a difference when it was seen.
type change struct {
	at            time.Time
	before, after *Entry
}

// silence is how long LXD may have been silent before that is noticed: what was
// read meanwhile may have changed unheard.
const silence = 30 * time.Second

// catch is what may have been missed in a break, once everything has been listed.
type catch struct {
	gap         uint64
	differences []*Difference
}

const (
	// mostCatches is how many breaks are remembered.
	mostCatches = 16
	// mostChanges bounds what is noted until an event is heard.
	mostChanges = 100_000
)

// differs notes a change; the caller holds the mutex.
func (m *Mirror) differs(before, after *Entry) {
	if m.status.Reconciled == 0 {
		return
	}
	if len(m.changes) >= mostChanges {
		m.changes = slices.Delete(m.changes, 0, mostChanges/2)
		m.overflowed = true
	}
	m.changes = append(m.changes, change{time.Now(), before, after})
}

// heard forgets the changes before a moment up to which nothing was missed; the
// caller holds the mutex.
func (m *Mirror) heard() {
	if m.inSync == nil {
		return
	}
	old, _ := slices.BinarySearchFunc(m.changes, time.Now().Add(-silence), func(c change, at time.Time) int { return c.at.Compare(at) })
	if old > 0 {
		m.changes = slices.Delete(m.changes, 0, old)
	}
}

// reconciled notes what may have been missed; the caller holds the mutex.
func (m *Mirror) reconciled() {
	found := map[Key]*Difference{}
	for _, change := range m.changes {
		key := keyOf(change.before, change.after)
		if found[key] == nil {
			found[key] = &Difference{Before: change.before}
		}
		found[key].After = change.after
	}
	maps.DeleteFunc(found, func(_ Key, d *Difference) bool { return d.Before == nil && d.After == nil }) // came and went
	if m.overflowed {
		m.catches, m.overflowed = nil, false
		m.forgotten = m.gap
	}
	m.catches = append(m.catches, catch{m.gap, slices.Collect(maps.Values(found))})
	if len(m.catches) > mostCatches {
		m.forgotten = m.catches[0].gap
		m.catches = slices.Delete(m.catches, 0, 1)
	}
}

// Missed waits until everything has been listed after a gap, which is named by
// its event's sequence, and gives what may have changed unheard of what a scope
// allows to see. It is false
// when that is not known any more, or ctx has ended.
func (m *Mirror) Missed(ctx context.Context, as lxd.Scope, gap uint64) ([]*Difference, bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for {
		if m.forgotten >= gap && gap > 0 {
			return nil, false
		}
		for n, one := range m.catches {
			if one.gap < gap {
				continue
			}
			var all []*Difference
			for _, catch := range m.catches[n:] {
				for _, difference := range catch.differences {
					if visible(as, difference.Key()) {
						all = append(all, difference)
					}
				}
			}
			return all, true
		}
		if !m.await(ctx) {
			return nil, false
		}
	}
}

// WithoutUsers is an object without what uses it, which LXD says in any order
// and announces no change of.
func WithoutUsers(object any) any {
	if _, has := usersOf(object); has {
		return withUsers(object, nil)
	}
	return object
}
