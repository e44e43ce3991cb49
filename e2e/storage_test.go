package e2e

import (
	"strings"
	"testing"
)

// The storage of an estate: a pool, a volume that an instance uses, its
// snapshot and backup, and the way back from each of them.
func TestStorage(t *testing.T) {
	server := onRealLXD(t)
	if refused := server.ask(t, "", `{ storagePools { totalCount } }`, nil); refused.code() != "UNAUTHENTICATED" || refused.Status != 401 {
		t.Errorf("nobody sees the pools: %s", refused.Text)
	}
	token := server.login(t)
	project := newProject(t, "true")
	ask := lxdClient(t)
	volume := project + "-v"
	volumes := "/1.0/storage-pools/default/volumes/custom"
	ask("POST", volumes, map[string]any{"name": volume, "config": map[string]string{"user.tags": "data", "user.password": "hunter2"}})
	t.Cleanup(func() { ask("DELETE", volumes+"/"+volume, nil) })
	waitRaw(ask, ask("POST", volumes+"/"+volume+"/snapshots", map[string]any{"name": "s0"}))
	waitRaw(ask, ask("POST", volumes+"/"+volume+"/backups", map[string]any{"name": "b0"}))
	makeEmpty(ask, project, "user", false)
	waitRaw(ask, ask("PATCH", "/1.0/instances/user?project="+project, map[string]any{"devices": map[string]any{"data": map[string]string{"type": "disk", "pool": "default", "source": volume, "path": "/data"}}}))
	t.Cleanup(func() { removeAll(ask, project, []string{"user"}) })

	read := server.must(t, token, `query($v: String!, $p: String) {
		storageVolume(pool: "default", name: $v, project: $p) { id name type contentType tags state { usedBytes } project { name }
			pool { name driver space { usedBytes totalBytes } inodes { total } } snapshots { id name createdAt } backups { id name } usedBy { ... on Instance { name project { name } } } }
		instance(name: "user", project: $p) { rootVolume { id name type usedBy { id } } devices { name ... on DiskDevice { pool { name } volume { id name type project { name } } } } }
		storagePool(name: "default") { instances(first: 100) { totalCount } volumes { totalCount } usedBy { __typename } }
	}`, map[string]any{"v": volume, "p": project})
	for _, want := range []struct {
		value any
		path  []any
	}{
		{"CUSTOM", []any{"storageVolume", "type"}}, {"default", []any{"storageVolume", "project", "name"}}, {"dir", []any{"storageVolume", "pool", "driver"}},
		{nil, []any{"storageVolume", "state"}}, {"s0", []any{"storageVolume", "snapshots", 0, "name"}}, {"b0", []any{"storageVolume", "backups", 0, "name"}},
		{"user", []any{"storageVolume", "usedBy", 0, "name"}}, {project, []any{"storageVolume", "usedBy", 0, "project", "name"}},
		{"CONTAINER", []any{"instance", "rootVolume", "type"}}, {volume, []any{"instance", "devices", 0, "volume", "name"}},
		{read.at("storageVolume", "id"), []any{"instance", "devices", 0, "volume", "id"}},
	} {
		if got := read.at(want.path...); got != want.value {
			t.Errorf("%v is %v, want %v", want.path, got, want.value)
		}
	}
	if total := read.at("storageVolume", "pool", "space", "totalBytes").(float64); total <= 0 {
		t.Errorf("the pool has %v bytes", total)
	}
	for _, id := range []any{read.at("storageVolume", "id"), read.at("storageVolume", "snapshots", 0, "id"), read.at("storageVolume", "backups", 0, "id"), read.at("instance", "rootVolume", "id")} {
		if found := server.must(t, token, `query($id: ID!) { node(id: $id) { id __typename } }`, map[string]any{"id": id}); found.at("node", "id") != id {
			t.Errorf("the node %v is %s", id, found.Text)
		}
	}
	listed := server.must(t, token, `query($v: String) { storageVolumes(allProjects: true, where: {name: {equals: $v}, tags: {contains: "data"}}) { totalCount nodes { config hiddenConfigKeys } } f: storageVolumes(filter: "type eq custom", search: $v) { totalCount } }`, map[string]any{"v": volume})
	if listed.at("storageVolumes", "totalCount") != 1.0 || listed.at("f", "totalCount") != 1.0 || !strings.Contains(listed.Text, "hunter2") {
		t.Errorf("the list: %s", listed.Text)
	}
	for query, code := range map[string]string{
		`{ storagePool(name: "nope") { name } }`:                                     "NOT_FOUND",
		`{ storageVolume(pool: "default", name: "nope") { name } }`:                  "NOT_FOUND",
		`{ storageVolumes(pool: "nope") { totalCount } }`:                            "NOT_FOUND",
		`{ storageVolumes(project: "nope") { totalCount } }`:                         "NOT_FOUND",
		`{ storagePools(filter: "name eq x") { totalCount } }`:                       "BAD_USER_INPUT",
		`{ storageBuckets { totalCount } }`:                                          "LXD_EXTENSION_MISSING",
		`{ storagePools(orderBy: {field: NAME}, last: 1, first: 1) { totalCount } }`: "BAD_USER_INPUT",
	} {
		if refused := server.ask(t, token, query, nil); refused.code() != code {
			t.Errorf("%s: %s, want %s", query, refused.Text, code)
		}
	}
}
