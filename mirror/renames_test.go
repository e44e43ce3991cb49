package mirror

import (
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
