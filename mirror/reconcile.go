package mirror

import (
	"context"
	"maps"
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

// unsettled are the keys that are to be read anyway; the caller holds the mutex.
func (m *Mirror) unsettled() map[Key]bool {
	keys := map[Key]bool{}
	for key := range m.pending {
		keys[key] = true
	}
	for key := range m.settle {
		keys[key] = true
	}
	return keys
}

// count counts what was not as it was held, without what was to be read again
// before and what events have told of since; the caller holds the mutex.
func (m *Mirror) count(news []Key, unsettled map[Key]bool) {
	now := m.unsettled()
	for _, key := range news {
		whole := unsettled[whole(key.Kind, key.Project)] || unsettled[whole(key.Kind, "")] || now[whole(key.Kind, key.Project)]
		if unsettled[key] || now[key] || whole || m.unannounced(key) {
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

// unannounced reports whether LXD never tells of a change: of the interfaces of
// its host.
func (m *Mirror) unannounced(key Key) bool {
	if key.Kind != Networks {
		return false
	}
	entry := lookup(m.tables[Networks].entries, key)
	return entry == nil || !entry.Object.(*lxd.Network).Managed
}

// which are the snapshots that are read though their names are those that are held.
type which uint8

const (
	none which = iota
	// inTurn are those of some instances after the others: what nothing told of
	// is found in the end, at a bounded price.
	inTurn
	// allOfThem are all that are held, and those in turn.
	allOfThem
)

// mostInTurn is how many that is: 100 reads each 5 minutes are 0.1 % of a core.
const mostInTurn = 100

// listSnapshots reads the snapshots of the instances, of a project or with "" of
// all, whose names are not those that are held, and others. The names are in the
// lists of volumes, which are cheap. News are counted where LXD was heard.
func (m *Mirror) listSnapshots(ctx context.Context, project string, too which, heard bool) error {
	m.mutex.Lock()
	unsettled := m.unsettled()
	var pools []string
	for _, entry := range m.tables[StoragePools].entries {
		pools = append(pools, entry.Name)
	}
	m.mutex.Unlock()
	names := map[Key][]string{}
	for _, pool := range pools {
		on, err := m.client.InstanceSnapshotNames(ctx, pool)
		if err != nil && !lxd.IsNotFound(err) {
			return err
		}
		for of, some := range on {
			names[Key{Snapshots, of[0], of[1]}] = some
		}
	}
	for _, key := range m.otherSnapshots(project, names, too) {
		m.mutex.Lock()
		read := m.begin()
		m.mutex.Unlock()
		object, err := sources[Snapshots].read(ctx, m.client, key)
		m.mutex.Lock()
		if err == nil || lxd.IsNotFound(err) {
			if m.apply(read, key, object) && heard {
				m.count([]Key{key}, unsettled)
			}
			err = nil
		}
		m.end(read)
		m.mutex.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// otherSnapshots are the instances whose snapshots have other names than are
// held, and those that are read though they have not.
func (m *Mirror) otherSnapshots(project string, names map[Key][]string, too which) []Key {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	others := map[Key]bool{}
	held := m.tables[Snapshots].entries
	for _, entry := range held {
		if too == allOfThem || !slices.Equal(snapshotNames(entry), names[entry.Key]) {
			others[entry.Key] = true
		}
	}
	for key := range names {
		if lookup(held, key) == nil {
			others[key] = true
		}
	}
	if too != none {
		for range min(mostInTurn, len(m.tables[Instances].entries)) {
			others[m.nextInTurn()] = true
		}
	}
	maps.DeleteFunc(others, func(key Key, _ bool) bool { return project != "" && key.Project != project })
	return slices.Collect(maps.Keys(others))
}

// nextInTurn are the snapshots of the instance after the one that was given
// last, of which there has to be one: LXD has snapshots without a volume, which
// no list names (see [Mirror.failed]). The caller holds the mutex.
func (m *Mirror) nextInTurn() Key {
	instances := m.tables[Instances].entries
	at, found := find(instances, m.lastInTurn)
	if found {
		at++
	}
	m.lastInTurn = instances[at%len(instances)].Key
	return Key{Snapshots, m.lastInTurn.Project, m.lastInTurn.Name}
}

func snapshotNames(entry *Entry) []string {
	var names []string
	for _, snapshot := range entry.read.([]*lxd.InstanceSnapshot) {
		names = append(names, snapshot.Name())
	}
	slices.Sort(names)
	return names
}
