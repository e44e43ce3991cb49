package mirror

import (
	"context"
	"maps"
	"slices"
)

// Difference is what an object was before a break and is after it; nil is gone,
// or not there yet.
type Difference struct {
	Before, After *Entry
}

// Key names the object.
func (d *Difference) Key() Key { return keyOf(d.Before, d.After) }

// catch is what was missed in a break, once everything has been listed.
type catch struct {
	gap         uint64
	differences []*Difference
}

// mostCatches is how many breaks are remembered.
const mostCatches = 16

// missing begins to note what has changed unheard; the caller holds the mutex.
func (m *Mirror) missing(gap uint64) {
	m.gap = gap
	if m.missed == nil && m.status.Reconciled > 0 {
		m.missed = map[Key]*Difference{}
	}
}

// differs notes a change, while nobody hears LXD or not all has been listed
// since; the caller holds the mutex.
func (m *Mirror) differs(before, after *Entry) {
	if m.missed == nil {
		return
	}
	key := keyOf(before, after)
	if m.missed[key] == nil {
		m.missed[key] = &Difference{Before: before}
	}
	m.missed[key].After = after
}

// reconciled closes the notes; the caller holds the mutex.
func (m *Mirror) reconciled() {
	m.catches = append(m.catches, catch{m.gap, slices.Collect(maps.Values(m.missed))})
	m.missed = nil
	if len(m.catches) > mostCatches {
		m.catches = slices.Delete(m.catches, 0, 1)
	}
}

// Missed waits until everything has been listed after a gap, which is named by
// its event's sequence, and gives what had changed unheard since the break. It
// is false when that is forgotten, or ctx has ended.
func (m *Mirror) Missed(ctx context.Context, gap uint64) ([]*Difference, bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for {
		for n, one := range m.catches {
			if one.gap < gap {
				continue
			}
			if n == 0 && len(m.catches) == mostCatches {
				return nil, false // there may have been another before
			}
			var all []*Difference
			for _, catch := range m.catches[n:] {
				all = append(all, catch.differences...)
			}
			return all, true
		}
		news := m.news
		m.mutex.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
		}
		m.mutex.Lock()
		if ctx.Err() != nil {
			return nil, false
		}
	}
}
