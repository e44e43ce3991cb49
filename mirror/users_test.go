package mirror

import (
	"fmt"
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

// What came and went leaves nothing behind.
func TestWhatIsGoneTakesNoRoom(t *testing.T) {
	m := alone(t)
	m.inSync = make(chan struct{})
	m.apply(m.begin(), Key{Projects, "", "default"}, &lxd.Project{Name: "default"})
	m.freshen()
	before := len(m.keys) + len(m.users)
	for n := range 1000 {
		name := fmt.Sprint("p", n)
		in, key := Key{Projects, "", name}, Key{Instances, name, "a"}
		m.apply(m.begin(), in, &lxd.Project{Name: name})
		m.apply(m.begin(), key, &lxd.Instance{Project: name, Name: "a", Profiles: []string{"q"}})
		m.freshen()
		m.apply(m.begin(), key, nil)
		m.apply(m.begin(), in, nil)
		m.freshen()
	}
	if after := len(m.keys) + len(m.users); after > before+10 {
		t.Errorf("%d keys and users are kept of %d", after, before)
	}
}

// A volume is used by the devices of its own that name it, of the profiles and of
// the instances on its cluster member: not by an instance through a profile, of
// which LXD says the profile.
func TestWhoUsesAVolume(t *testing.T) {
	m := alone(t)
	m.apply(m.begin(), Key{Projects, "", "default"}, &lxd.Project{Name: "default"})
	devices := lxd.DeviceMap{"data": {"type": "disk", "pool": "local", "source": "v", "path": "/data"}}
	used := profile("p", "")
	used.OwnDevices = devices
	instance := func(name, member string, own lxd.DeviceMap) {
		m.apply(m.begin(), Key{Instances, "default", name}, &lxd.Instance{Name: name, Project: "default", Member: member, OwnDevices: own, ExpandedDevices: devices})
	}
	volume := func(member string) Key {
		held := &lxd.StorageVolume{Name: "v", Pool: "local", Project: "default", Type: lxd.VolumeCustom, Member: member}
		key := Key{Volumes, "default", held.Path()}
		m.apply(m.begin(), key, held)
		return key
	}
	users := func(of Key, want ...string) {
		t.Helper()
		m.freshen()
		if got := lookup(m.tables[Volumes].entries, of).Object.(*lxd.StorageVolume).Users; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is used by %v, want %v", of.Name, got, want)
		}
	}
	instance("a", "n1", devices)
	instance("b", "n2", nil)
	m.apply(m.begin(), Key{Profiles, "default", "p"}, used)
	one, two, all := volume("n1"), volume("n2"), volume("none")
	users(one, "/1.0/instances/a", "/1.0/profiles/p")
	users(two, "/1.0/profiles/p")
	users(all, "/1.0/instances/a", "/1.0/profiles/p")
	if got := disks(m, Key{Instances, "default", "b"}, ""); fmt.Sprint(got) != fmt.Sprint([]Key{all, two}) {
		t.Errorf("b has %v attached", got)
	}
	instance("b", "n2", devices)
	m.apply(m.begin(), Key{Profiles, "default", "p"}, profile("p", ""))
	users(one, "/1.0/instances/a")
	users(two, "/1.0/instances/b")
	users(all, "/1.0/instances/a", "/1.0/instances/b")
}
