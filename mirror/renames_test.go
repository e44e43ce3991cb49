package mirror

import (
	"fmt"
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

// What was begun under an instance's old name is told of by that name, when the
// instance has another one: it is read under that, however often it was renamed.
func TestWhatWasBegunBeforeARenameIsFound(t *testing.T) {
	m := alone(t)
	m.apply(m.begin(), Key{Projects, "", "default"}, &lxd.Project{Name: "default"})
	tell := func(action, source, before string) {
		m.look(&lxd.LifecycleEvent{Action: action, Source: source, Context: map[string]any{"old_name": before}})
	}
	tell("instance-renamed", "/1.0/instances/b", "a")
	tell("instance-renamed", "/1.0/instances/c", "b")
	tell("instance-renamed", "/1.0/instances/a", "c") // round
	tell("instance-renamed", "/1.0/instances/d", "a")
	clear(m.pending)
	tell("instance-snapshot-created", "/1.0/instances/b/snapshots/s", "")
	for name, want := range map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": false} {
		if got := m.pending[Key{Snapshots, "default", name}] != nil; got != want {
			t.Errorf("snapshots of %s are read: %v", name, got)
		}
	}
}

// What failed may have left what it had begun, and a rename the new name, of
// which no event tells.
func TestWhatFailedIsLookedAtAgain(t *testing.T) {
	for _, one := range []struct {
		description string
		code        int
		snapshots   bool
		list        bool
	}{
		{"Snapshotting instance", 200, false, false},
		{"Renaming instance", 200, false, false},
		{"Snapshotting instance", 400, true, false},
		{"Snapshotting instance", 401, true, false},
		{"Renaming instance", 400, true, true},
	} {
		m := alone(t)
		m.look(&lxd.OperationEvent{Operation: &lxd.Operation{
			UUID: "u", Project: "default", Description: one.description, StatusCode: one.code, Affected: lxd.JSON(`{"instances":["/1.0/instances/a"]}`),
		}})
		for key, want := range map[Key]bool{
			{Instances, "default", "a"}: true,
			{Snapshots, "default", "a"}: one.snapshots,
			whole(Instances, "default"): one.list,
		} {
			if got := m.pending[key] != nil; got != want {
				t.Errorf("%s, %d: %v is read: %v", one.description, one.code, key, got)
			}
		}
	}
}

// The list of what snapshots there are names those with a volume: to read it is
// not to have read an instance's.
func TestTheListOfSnapshotsStandsForNoInstances(t *testing.T) {
	m := alone(t)
	one, list := Key{Snapshots, "default", "a"}, whole(Snapshots, "default")
	m.urge(list, whole(Snapshots, "default"), one)
	done := map[Key]bool{}
	for job, _ := m.next(); job != nil; job, _ = m.next() {
		done[job.key] = true
	}
	if len(done) != 2 || !done[one] || !done[list] {
		t.Errorf("read is %v", done)
	}
}

// An instance that LXD had not told of, or that had another name meanwhile, may
// have other snapshots.
func TestTheSnapshotsOfAnotherInstanceAreRead(t *testing.T) {
	m := alone(t)
	m.inSync = make(chan struct{})
	see := func(description, id string) bool {
		clear(m.pending)
		clear(m.settle)
		m.apply(m.begin(), Key{Instances, "default", "a"}, &lxd.Instance{Name: "a", Project: "default", Description: description, Config: lxd.StringMap{"volatile.cloud-init.instance-id": id}})
		return m.pending[Key{Snapshots, "default", "a"}] != nil
	}
	if !see("", "1") {
		t.Error("not those of a new one")
	}
	if see("other", "1") {
		t.Error("those of one that was changed")
	}
	if !see("other", "2") {
		t.Error("not those of one that had another name meanwhile")
	}
}

// In the end the snapshots of every instance are read, whatever the lists say.
func TestEveryInstanceHasItsTurn(t *testing.T) {
	m := alone(t)
	if none := m.otherSnapshots("", nil, inTurn); len(none) != 0 {
		t.Errorf("without instances: %v", none)
	}
	const instances = 2*mostInTurn + 50
	for n := range instances {
		name := fmt.Sprint("i", n)
		m.apply(m.begin(), Key{Instances, "default", name}, &lxd.Instance{Name: name, Project: "default"})
	}
	read := map[Key]bool{}
	for turn := range 3 {
		now := m.otherSnapshots("", nil, inTurn)
		if len(now) != mostInTurn {
			t.Errorf("%d in turn %d", len(now), turn)
		}
		for _, key := range now {
			read[key] = true
		}
	}
	if len(read) != instances {
		t.Errorf("%d were read", len(read))
	}
	if others := m.otherSnapshots("elsewhere", nil, none); len(others) != 0 {
		t.Errorf("of another project: %v", others)
	}
}
