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

// While a member is away LXD has nothing of its instances but their names: they
// are listed when it goes and when it is back, what they use is used all the same,
// and nothing is read that would fail after a long wait.
func TestAMemberIsAway(t *testing.T) {
	m := alone(t)
	m.inSync = make(chan struct{})
	m.apply(m.begin(), Key{Projects, "", "default"}, &lxd.Project{Name: "default"})
	m.apply(m.begin(), Key{Profiles, "default", "p"}, profile("p", ""))
	key, list := Key{Instances, "default", "a"}, whole(Instances, "")
	there := &lxd.Instance{Name: "a", Project: "default", Member: "n2", Status: lxd.StatusRunning, Profiles: []string{"p"}, Config: lxd.StringMap{"volatile.cloud-init.instance-id": "1"}}
	listed := func(why string, want bool) {
		t.Helper()
		if got := m.pending[list] != nil; got != want {
			t.Errorf("%s: listed again: %v", why, got)
		}
		clear(m.pending)
		clear(m.settle)
	}
	m.apply(m.begin(), key, there)
	m.membersAre(map[string]lxd.ClusterMemberStatus{"n1": online, "n2": online})
	listed("both are there at first", false)
	m.membersAre(map[string]lxd.ClusterMemberStatus{"n1": online, "n2": "OFFLINE"})
	listed("one has gone", true)
	m.apply(m.begin(), key, &lxd.Instance{Name: "a", Project: "default", Member: "n2", Status: lxd.StatusError})
	m.freshen()
	if users := lookup(m.tables[Profiles].entries, Key{Profiles, "default", "p"}).Object.(*lxd.Profile).Users; len(users) != 1 {
		t.Errorf("the profile is used by %v", users)
	}
	if others := m.otherSnapshots("", map[Key][]string{{Snapshots, "default", "a"}: {"s"}}, allOfThem); len(others) != 0 {
		t.Errorf("snapshots are read of %v", others)
	}
	clear(m.pending)
	m.count([]Key{key}, nil)
	if m.status.Differences != 0 {
		t.Error("that is counted as a difference")
	}
	m.membersAre(map[string]lxd.ClusterMemberStatus{"n1": online, "n2": "OFFLINE"})
	listed("it is still away", false)
	m.membersAre(map[string]lxd.ClusterMemberStatus{"n1": online, "n2": online})
	listed("it is back", true)
	m.membersAre(map[string]lxd.ClusterMemberStatus{"n1": online, "n2": online})
	listed("it is back, and its instance is not", true)
	m.apply(m.begin(), key, there)
	if m.pending[Key{Snapshots, "default", "a"}] == nil {
		t.Error("its snapshots are not read")
	}
	listed("all is back", false)
}
