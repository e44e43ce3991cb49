package mirror

import (
	"context"
	"slices"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// mostNamed bounds how many differences are remembered by their keys.
const mostNamed = 100

// listAll lists every kind and compares it with what is held. It reports
// whether all of it could be read. While LXD was heard there should have been
// no difference: they are counted. After a break they are what was missed.
func (m *Mirror) listAll(ctx context.Context) bool {
	connection := m.hub.Connected()
	select {
	case <-connection:
	case <-ctx.Done():
		return false
	}
	begun := time.Now()
	m.mutex.Lock()
	heard := m.inSync == connection
	settling := heard && m.unsure
	late := m.late
	m.mutex.Unlock()
	for kind := range kinds {
		if kind == Snapshots {
			continue
		}
		if !m.listKind(ctx, kind, heard) {
			return false
		}
	}
	which := inTurn
	if !heard || settling {
		which = allOfThem
	}
	if m.listSnapshots(ctx, "", which, heard) != nil {
		return false
	}
	listed, tooEarly := m.listed(connection, begun, settling, late)
	if tooEarly {
		m.reopen()
	}
	return listed
}

// listed notes that all was listed over a connection, and reports whether that is
// the one that LXD is heard over, and whether the list before it was too early.
func (m *Mirror) listed(connection <-chan struct{}, begun time.Time, settling bool, late uint64) (listed, tooEarly bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	defer m.happened()
	m.status.Reconciled++
	m.status.ListedAt = begun
	if m.hub.Connected() != connection { // there is a gap on its way
		return false, false
	}
	switch {
	case m.inSync == nil:
		m.inSync = connection
		m.reconciled()
		m.unsure = true
	case settling:
		// Once for each break: what differs for ever is not told for ever.
		tooEarly = m.late > late && !m.reopened
		m.unsure, m.reopened = false, tooEarly
	}
	return true, tooEarly
}

// reopen tells everybody of the gap again: LXD had announced a change in it that
// it wrote after the list.
func (m *Mirror) reopen() {
	m.mutex.Lock()
	last := m.gap
	m.mutex.Unlock()
	m.hub.Publish(&lxd.GapEvent{EventHead: lxd.EventHead{Type: lxd.EventGap, Timestamp: lxd.Time{Time: time.Now().UTC()}}, Last: m.hub.CursorOf(last)})
}

func (m *Mirror) listKind(ctx context.Context, kind Kind, heard bool) bool {
	m.mutex.Lock()
	read := m.begin()
	unsettled := m.unsettled()
	m.mutex.Unlock()
	objects, err := sources[kind].list(ctx, m.client, "")
	m.mutex.Lock()
	defer m.mutex.Unlock()
	defer m.end(read)
	if err != nil {
		return false
	}
	m.status.Lists++
	news := m.applyList(read, kind, "", objects)
	if heard {
		m.count(news, unsettled)
	}
	return true
}

// unsettled are the keys that are to be read anyway, or when what works on them
// has ended; the caller holds the mutex.
func (m *Mirror) unsettled() map[Key]bool {
	keys := map[Key]bool{}
	for key := range m.pending {
		keys[key] = true
	}
	for key := range m.settle {
		keys[key] = true
	}
	for _, key := range m.workedOn() {
		keys[key] = true
	}
	return keys
}

// count counts what was not as it was held, without what was to be read again
// before and what events have told of since; the caller holds the mutex.
func (m *Mirror) count(news []Key, unsettled map[Key]bool) {
	now := m.unsettled()
	for _, key := range news {
		if covers(unsettled, key) || covers(now, key) || m.unannounced(key) {
			continue
		}
		if m.unsure {
			m.late++
			continue
		}
		m.status.Differences++
		if len(m.status.Differing) < mostNamed {
			m.status.Differing = append(slices.Clone(m.status.Differing), key)
		}
	}
}

// covers reports whether a key is among others, by itself or in a list; where
// instances are listed, their snapshots are read too.
func covers(keys map[Key]bool, key Key) bool {
	return keys[key] || keys[whole(key.Kind, key.Project)] || keys[whole(key.Kind, "")] ||
		key.Kind == Snapshots && keys[whole(Instances, key.Project)]
}

// unannounced reports whether LXD never tells of a change: of the interfaces of
// its host, and of the instances of a cluster member that is away.
func (m *Mirror) unannounced(key Key) bool {
	if key.Kind == Instances {
		return m.unreachable(key)
	}
	if key.Kind != Networks {
		return false
	}
	entry := lookup(m.tables[Networks].entries, key)
	return entry == nil || !entry.Object.(*lxd.Network).Managed
}
