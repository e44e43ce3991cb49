package e2e

import (
	"fmt"
	"testing"
	"time"
)

// Two members of a cluster have a volume of one name: each has its own id,
// snapshots and way back, whichever member is asked.
func TestVolumesOfMembers(t *testing.T) {
	_, socket := twoMembers(t)
	ask := lxdOn(t, socket)
	const volumes = "/1.0/storage-pools/default/volumes/custom"
	for _, made := range []struct{ volume, member string }{{"same", "n1"}, {"same", "n2"}, {"other", "n2"}} {
		waitRaw(ask, ask("POST", volumes+"?target="+made.member, map[string]any{"name": made.volume}))
		waitRaw(ask, ask("POST", volumes+"/"+made.volume+"/snapshots?target="+made.member, map[string]any{"name": "of-" + made.member}))
	}
	waitRaw(ask, ask("POST", "/1.0/instances?target=n2", map[string]any{"name": "user", "source": map[string]string{"type": "none"},
		"devices": map[string]any{"data": map[string]string{"type": "disk", "pool": "default", "source": "same", "path": "/data"}}}))
	server := start(t, "LXD_SOCKET_PATH="+socket)
	token := server.login(t)
	const fields = `{ id name location snapshots { id name expiresAt } state { usedBytes } backups { name } usedBy { ... on Instance { name } } }`
	listed := server.must(t, token, `{ storageVolumes(type: CUSTOM, orderBy: {field: NAME}) { nodes `+fields+` } storagePool(name: "default") { usedBy { __typename id } } }`, nil)
	seen := map[any]bool{}
	for n, want := range []struct{ name, member string }{{"other", "n2"}, {"same", "n1"}, {"same", "n2"}} {
		volume := listed.at("storageVolumes", "nodes", n)
		if into(volume, "name") != want.name || into(volume, "location") != want.member || into(volume, "snapshots", 0, "name") != "of-"+want.member || into(volume, "snapshots", 1) != nil {
			t.Errorf("the volume %v is %v", want, volume)
		}
		for _, id := range []any{into(volume, "id"), into(volume, "snapshots", 0, "id")} {
			found := server.must(t, token, `query($id: ID!) { node(id: $id) { id ... on StorageVolume `+fields+` } }`, map[string]any{"id": id})
			if seen[id] || found.at("node", "id") != id {
				t.Errorf("the id %v of %v is %s", id, want, found.Text)
			}
			seen[id] = true
		}
	}
	for _, user := range listed.at("storagePool", "usedBy").([]any) {
		if kind := into(user, "__typename"); (kind == "StorageVolume" || kind == "StorageVolumeSnapshot") && !seen[into(user, "id")] {
			t.Errorf("the pool is used by %v", user)
		}
		delete(seen, into(user, "id"))
	}
	if len(seen) > 0 {
		t.Errorf("the pool is not used by %v", seen)
	}
	volumesByOthers(t, server, token, ask)
	usersOfVolumes(t, server, token, ask)
	read := server.must(t, token, `{ storageVolume(pool: "default", name: "same", location: "n2") { id location usedBy { ... on Instance { name } } } other: storageVolume(pool: "default", name: "other") { location }
		instance(name: "user") { rootVolume { id location } devices { name ... on DiskDevice { volume { id } } } } }`, nil)
	id := read.at("storageVolume", "id")
	if read.at("instance", "devices", 0, "volume", "id") != id || read.at("storageVolume", "location") != "n2" || read.at("other", "location") != "n2" {
		t.Errorf("the volume of a member: %s", read.Text)
	}
	root := server.must(t, token, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": read.at("instance", "rootVolume", "id")})
	if root.at("node", "id") != read.at("instance", "rootVolume", "id") {
		t.Errorf("the root disk: %s", root.Text)
	}
}

// volumesByOthers changes volumes of both members without lxdql: memory sees each
// where it is, and whoever watches is told.
func volumesByOthers(t *testing.T, server *running, token string, ask func(method, path string, body any) map[string]any) {
	t.Helper()
	server.inStep(t, token)
	const volumes = "/1.0/storage-pools/default/volumes/custom"
	seen := func(want string) {
		t.Helper()
		for waited := time.Now(); ; time.Sleep(100 * time.Millisecond) {
			read := server.must(t, token, `{ storageVolumes(type: CUSTOM, where: {name: {prefix: "by"}}, orderBy: {field: NAME}) { nodes { name location description } } }`, nil)
			text := ""
			for _, volume := range read.at("storageVolumes", "nodes").([]any) {
				text += fmt.Sprint(into(volume, "name"), "@", into(volume, "location"), into(volume, "description"), " ")
			}
			if text == want && into(read.Extensions, "lxd", "calls") == 0.0 {
				return
			}
			if time.Since(waited) > 10*time.Second {
				t.Fatalf("memory has %q, want %q: %s", text, want, read.Text)
			}
		}
	}
	waitRaw(ask, ask("POST", volumes+"?target=n1", map[string]any{"name": "by"}))
	seen("by@n1 ")
	waitRaw(ask, ask("POST", volumes+"?target=n2", map[string]any{"name": "by"}))
	seen("by@n1 by@n2 ")
	ask("PATCH", volumes+"/by?target=n2", map[string]any{"description": "two"})
	seen("by@n1 by@n2two ")
	waitRaw(ask, ask("DELETE", volumes+"/by?target=n1", nil))
	seen("by@n2two ")
	waitRaw(ask, ask("DELETE", volumes+"/by?target=n2", nil))
	seen("")
}

// usersOfVolumes has a profile name the volume, and an instance that has nothing but
// the profile: memory tells the users of the volume of each member as LXD does.
func usersOfVolumes(t *testing.T, server *running, token string, ask func(method, path string, body any) map[string]any) {
	t.Helper()
	ask("POST", "/1.0/profiles", map[string]any{"name": "with-same", "devices": map[string]any{"data": map[string]string{"type": "disk", "pool": "default", "source": "same", "path": "/data"}}})
	waitRaw(ask, ask("POST", "/1.0/instances?target=n1", map[string]any{"name": "by-profile", "profiles": []string{"default", "with-same"}, "source": map[string]string{"type": "none"}}))
	users := func(freshness string) (text string, calls any) {
		read := server.must(t, token, `query($freshness: Freshness!) { storageVolumes(type: CUSTOM, freshness: $freshness, where: {name: {in: ["same"]}}, orderBy: {field: NAME}) { nodes {
			location usedBy { ... on Instance { name } ... on Profile { name } } } } }`, map[string]any{"freshness": freshness})
		return fmt.Sprint(read.at("storageVolumes", "nodes")), into(read.Extensions, "lxd", "calls")
	}
	const want = "[map[location:n1 usedBy:[map[name:with-same]]] map[location:n2 usedBy:[map[name:user] map[name:with-same]]]]"
	if live, _ := users("LIVE"); live != want {
		t.Errorf("LXD tells %s", live)
	}
	for waited := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		cached, calls := users("CACHED")
		if cached == want && calls == 0.0 {
			return
		}
		if time.Since(waited) > 10*time.Second {
			t.Fatalf("memory tells %s", cached)
		}
	}
}
