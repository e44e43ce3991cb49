package lxdsim

import (
	"slices"
	"testing"
)

func TestSeededInventory(t *testing.T) {
	s := newServer(t, Options{Instances: 200, Pools: 3, Networks: 2, Projects: 4, Seed: 7})
	all := decode[[]instanceFull](t, call(t, s, "GET", "/1.0/instances?recursion=2&all-projects=true", ""))
	if len(all) != 200 {
		t.Fatalf("%d instances, want 200", len(all))
	}
	seen := map[string]int{}
	for _, i := range all {
		root, _ := i.ExpandedDevices.root()
		for _, fact := range []string{"project " + i.Project, "pool " + root["pool"], "network " + i.ExpandedDevices["eth0"]["network"], "status " + i.Status, "type " + i.Type, "name " + i.Name} {
			seen[fact]++
		}
		if running := i.Status != "Stopped"; running != (i.State.PID > 0) || running != (i.State.Network != nil) {
			t.Fatalf("%s is %s with state %+v", i.Name, i.Status, i.State)
		}
		if len(i.Snapshots) > 0 {
			seen["snapshots"]++
		}
	}
	for _, fact := range []string{
		"project default", "project shared", "project staging", "project production", "pool default", "pool fast", "pool bulk",
		"network lxdbr0", "network lxdbr1", "status Running", "status Stopped", "status Frozen", "type container", "type virtual-machine", "snapshots",
	} {
		if seen[fact] == 0 {
			t.Errorf("no instance with %s", fact)
		}
	}
	if seen["name web-0"] != 4 {
		t.Errorf("the name web-0 exists %d times, want once in each project", seen["name web-0"])
	}
}

func TestSameSeedSameInventory(t *testing.T) {
	inventory := func(seed int64) []string {
		s := newServer(t, Options{Instances: 40, Pools: 2, Networks: 2, Projects: 3, Seed: seed})
		found := []string{}
		for _, i := range decode[[]instance](t, call(t, s, "GET", "/1.0/instances?recursion=1&all-projects=true", "")) {
			found = append(found, i.Project+i.Name+i.Status+i.Config["volatile.uuid"]+i.Config["volatile.eth0.hwaddr"])
		}
		return found
	}
	if !slices.Equal(inventory(1), inventory(1)) {
		t.Error("the same seed gave two inventories")
	}
	if slices.Equal(inventory(1), inventory(2)) {
		t.Error("two seeds gave one inventory")
	}
}

// A project without images and profiles of its own shows the default one's; an
// unknown project has no instances but is refused elsewhere.
func TestEffectiveProjects(t *testing.T) {
	s := newServer(t, Options{Instances: 6, Projects: 3})
	call(t, s, "POST", "/1.0/profiles", `{"name":"only-in-default"}`)
	for project, want := range map[string]bool{"default": true, "shared": true, "staging": false} {
		listed := decode[[]string](t, call(t, s, "GET", "/1.0/profiles?project="+project, ""))
		if slices.Contains(listed, "/1.0/profiles/only-in-default") != want {
			t.Errorf("%s lists %v", project, listed)
		}
	}
	if found := call(t, s, "GET", "/1.0/instances?project=nope", ""); string(found.Metadata) != "[]" {
		t.Errorf("an unknown project's instances: %s", found.Metadata)
	}
	leases := decode[[]lease](t, call(t, s, "GET", "/1.0/networks/lxdbr0/leases?project=shared", ""))
	for _, one := range leases {
		if one.Type == "gateway" {
			t.Errorf("the gateway's lease shows in another project")
		}
	}
}

func TestProjectLife(t *testing.T) {
	s := newServer(t, Options{})
	if made := call(t, s, "POST", "/1.0/projects", `{"name":"p1"}`); made.HTTPStatus != 201 || made.Location != "/1.0/projects/p1" {
		t.Fatalf("not made: %+v", made)
	}
	mustSucceed(t, s, call(t, s, "POST", "/1.0/instances?project=p1", `{"name":"c1","source":{"type":"none"},"devices":{"root":{"type":"disk","path":"/","pool":"default"}}}`))
	if used := call(t, s, "DELETE", "/1.0/projects/p1", ""); used.Error != "Only empty projects can be removed" {
		t.Fatalf("a project with an instance was deleted: %+v", used)
	}
	mustSucceed(t, s, call(t, s, "DELETE", "/1.0/instances/c1?project=p1", ""))
	if gone := call(t, s, "DELETE", "/1.0/projects/p1", ""); gone.HTTPStatus != 200 {
		t.Fatalf("an empty project was kept: %+v", gone)
	}
}
