package mirror

import (
	"context"
	"maps"
	"slices"

	"github.com/lxdql/lxdql/lxd"
)

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
	maps.DeleteFunc(others, func(key Key, _ bool) bool { return project != "" && key.Project != project || m.unreachable(key) })
	return slices.Collect(maps.Keys(others))
}

// nextInTurn are the snapshots of the instance after the one that was given
// last, of which there has to be one: LXD has snapshots without a volume, which
// no list names (see [Mirror.leftBy]). The caller holds the mutex.
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
