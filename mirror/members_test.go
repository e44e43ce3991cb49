package mirror

import (
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

// LXD says of a volume only by whom it tells of it on which cluster member it is
// (seen on 5.0.2): it is read there, and where all members share it as well.
func TestAVolumeIsReadOnTheMemberThatTellsOfIt(t *testing.T) {
	m := alone(t)
	m.apply(m.begin(), Key{Projects, "", "default"}, &lxd.Project{Name: "default"})
	shared := &lxd.StorageVolume{Name: "all", Pool: "ceph", Project: "default", Type: lxd.VolumeCustom}
	m.apply(m.begin(), Key{Volumes, "default", shared.Path()}, shared)
	for _, name := range []string{"local/volumes/custom/default_one", "local/volumes/custom/default_two/snapshots/s", "ceph/volumes/custom/default_all"} {
		m.look(&lxd.LifecycleEvent{EventHead: lxd.EventHead{Member: "n2"}, Action: "storage-volume-updated", Source: "/1.0/storage-pools/" + name})
	}
	m.look(&lxd.LifecycleEvent{EventHead: lxd.EventHead{Member: "none"}, Action: "storage-volume-updated", Source: "/1.0/storage-pools/local/volumes/custom/default_alone"})
	want := []string{"local/custom@n2/one", "local/custom@n2/two", "ceph/custom@n2/all", "ceph/custom/all", "local/custom/alone"}
	for _, name := range want {
		if m.pending[Key{Volumes, "default", name}] == nil {
			t.Errorf("%s is not read", name)
		}
	}
	if len(m.pending) != len(want) {
		t.Errorf("to be read are %v", m.pending)
	}
}

// What LXD answers for a name without a member, or with one of those that share
// it, is held under the volume's own.
func TestAVolumeIsHeldUnderItsOwnName(t *testing.T) {
	m := alone(t)
	asked := Key{Volumes, "default", "local/custom/one"}
	m.found(m.begin(), asked, &lxd.StorageVolume{Name: "one", Pool: "local", Project: "default", Type: lxd.VolumeCustom, Member: "n1"})
	m.found(m.begin(), Key{Volumes, "default", "ceph/custom@n2/all"}, &lxd.StorageVolume{Name: "all", Pool: "ceph", Project: "default", Type: lxd.VolumeCustom})
	for name, want := range map[string]bool{"local/custom/one": false, "local/custom@n1/one": true, "ceph/custom@n2/all": false, "ceph/custom/all": true} {
		if got := lookup(m.tables[Volumes].entries, Key{Volumes, "default", name}) != nil; got != want {
			t.Errorf("%s is held: %v", name, got)
		}
	}
}
