package e2e

import "testing"

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
