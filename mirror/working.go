package mirror

import (
	"iter"
	"slices"

	"github.com/lxdql/lxdql/lxd"
)

// renaming is how LXD describes the operation (seen on 5.0.2).
const renaming = "Renaming instance"

// updating is how LXD describes the change of a snapshot, of which no other event
// tells, and which it says of an instance with the snapshot's name (seen on 5.0.2).
const updating = "Updating snapshot"

// operation marks what an operation that ended has worked on, of which LXD writes
// some after the event of the change, and notes one that has not ended; the caller
// holds the mutex.
func (m *Mirror) operation(operation *lxd.Operation) {
	if !operation.Final() {
		m.working[operation.UUID] = operation
		return
	}
	delete(m.working, operation.UUID)
	for id, key := range m.objectsOf(operation) {
		m.mark(settles, key)
		if id.Kind == "InstanceSnapshot" {
			m.mark(settles, snapshots(m, key, "")...)
		}
		for _, later := range m.called(key)[1:] {
			m.mark(settles, append(snapshots(m, later, ""), later)...)
		}
		if operation.Description == updating {
			m.mark(settles, m.having(key)...)
		}
		if operation.Status() != lxd.OperationSuccess {
			m.mark(settles, m.leftBy(operation, key)...)
		}
	}
	if write, ok := m.client.WriteOf(operation.UUID); ok {
		m.urge(m.keysOf(write)...)
	}
}

// objectsOf are what an operation works on, of what is held.
func (m *Mirror) objectsOf(operation *lxd.Operation) iter.Seq2[lxd.ID, Key] {
	return func(yield func(lxd.ID, Key) bool) {
		for _, address := range operation.Addresses() {
			id, ok := m.client.Reference(address)
			if key, held := m.keyOfID(id); ok && held && !yield(id, key) {
				return
			}
		}
	}
}

// having are the snapshots of the instances that have one with the name of a key.
// Those of very many are read in turn: LXD does not say which is meant.
func (m *Mirror) having(key Key) (keys []Key) {
	for _, entry := range within(m.tables[Snapshots].entries, key.Project) {
		if slices.Contains(snapshotNames(entry), key.Name) {
			keys = append(keys, entry.Key)
		}
	}
	if len(keys) > mostInTurn {
		return nil
	}
	return keys
}

// leftBy are what an operation on an object changes before its end, or for good
// though it fails, without an event that tells of it.
func (m *Mirror) leftBy(operation *lxd.Operation, key Key) (keys []Key) {
	for _, name := range m.called(key) {
		keys = append(keys, m.touched(name, "")...)
	}
	if operation.Description == renaming {
		keys = append(keys, whole(Instances, key.Project)) // under the new name, which nothing says
	}
	return keys
}

// workedOn are the keys that operations are at work on: a snapshot is listed as
// soon as it is begun, and told of when it is done (seen on 5.0.2). The caller
// holds the mutex.
func (m *Mirror) workedOn() (keys []Key) {
	for _, operation := range m.working {
		for _, key := range m.objectsOf(operation) {
			keys = append(keys, m.leftBy(operation, key)...)
		}
	}
	return keys
}
