package mirror

import (
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

// What LXD is at work on it lists before it tells of it: a full list that finds
// it has found no difference. When the work has ended, it would have.
func TestWhatIsUnderWayIsNoDifference(t *testing.T) {
	m := alone(t)
	m.inSync = make(chan struct{})
	work := func(uuid, description string, code int) {
		m.look(&lxd.OperationEvent{Operation: &lxd.Operation{
			UUID: uuid, Project: "default", Description: description, StatusCode: code, Affected: lxd.JSON(`{"instances":["/1.0/instances/a"]}`),
		}})
		clear(m.pending)
		clear(m.settle)
	}
	found := func(keys ...Key) (counted int) {
		before := m.status.Differences
		m.count(keys, m.unsettled())
		return int(m.status.Differences - before)
	}
	a, b, elsewhere := Key{Snapshots, "default", "a"}, Key{Snapshots, "default", "b"}, Key{Snapshots, "other", "a"}
	work("1", "Snapshotting instance", 103)
	if found(a) != 0 || found(b, elsewhere) != 2 {
		t.Error("a snapshot under way")
	}
	work("1", "Snapshotting instance", 200)
	if found(a) != 1 {
		t.Error("a snapshot that is made")
	}
	work("2", renaming, 103)
	if found(a, b, Key{Instances, "default", "b"}) != 0 || found(elsewhere) != 1 {
		t.Error("a rename under way")
	}
	m.look(&lxd.GapEvent{})
	if len(m.working) != 0 {
		t.Error("after a gap nobody tells of its end")
	}
}

// LXD announces the change of a snapshot by nothing but an operation, which names
// an instance with the name of the snapshot.
func TestASnapshotThatIsChangedIsReadAgain(t *testing.T) {
	m := alone(t)
	for _, name := range []string{"a", "b", "c"} {
		m.apply(m.begin(), Key{Snapshots, "default", name}, []*lxd.InstanceSnapshot{{FullName: name + "/" + map[bool]string{true: "other", false: "s"}[name == "c"]}})
	}
	clear(m.pending)
	m.look(&lxd.OperationEvent{Operation: &lxd.Operation{
		UUID: "u", Project: "default", Description: "Updating snapshot", StatusCode: 200, Affected: lxd.JSON(`{"instances":["/1.0/instances/s"]}`),
	}})
	for name, want := range map[string]bool{"a": true, "b": true, "c": false} {
		if got := m.pending[Key{Snapshots, "default", name}] != nil; got != want {
			t.Errorf("the snapshots of %s are read: %v", name, got)
		}
	}
}
