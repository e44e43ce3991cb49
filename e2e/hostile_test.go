package e2e

import (
	"strings"
	"testing"
)

// Questions that mean no good, or are only odd, get an answer that is right: a
// secret is not guessed, LXD is not broken, and a list has what it says.
func TestHostileQuestions(t *testing.T) {
	counting := countRequests(t, realSocket(t))
	server := start(t, "LXD_SOCKET_PATH="+counting.socket, "MIRROR=off")
	token := server.login(t)
	project := newProject(t, "true")
	ask := lxdClient(t)
	own := project + "-own"
	ask("POST", "/1.0/projects", map[string]any{"name": own, "config": map[string]string{"features.storage.volumes": "yes", "features.images": "false", "features.profiles": "false"}})
	volumes := "/1.0/storage-pools/default/volumes/custom"
	ask("POST", volumes+"?project="+own, map[string]any{"name": "v"})
	ask("POST", volumes, map[string]any{"name": project})
	waitRaw(ask, ask("POST", volumes+"/"+project+"/snapshots", map[string]any{"name": "s0"}))
	t.Cleanup(func() {
		ask("DELETE", volumes+"/v?project="+own, nil)
		ask("DELETE", "/1.0/projects/"+own, nil)
		ask("DELETE", volumes+"/"+project, nil)
	})
	makeEmpty(ask, project, "c", false)
	t.Cleanup(func() { removeAll(ask, project, []string{"c"}) })
	waitRaw(ask, ask("PATCH", "/1.0/instances/c?project="+project, map[string]any{"devices": map[string]any{"data": map[string]string{
		"type": "disk", "pool": "default", "source": project, "path": "/data", "user.password": "hunter2"}}}))

	variables := map[string]any{"p": project, "own": own}
	read := server.must(t, token, `query($p: String!, $own: String!) {
		filtered: storageVolumes(filter: "name eq `+project+`") { nodes { snapshots { name } } }
		storageVolume(pool: "default", name: "v", project: $own) { project { name } }
		none: instances(project: $p, where: {address: {equals: null}}) { totalCount } some: instances(project: $p, where: {address: {not: null}}) { totalCount }
		instance(name: "c", project: $p) { devices { name config hiddenConfigKeys } } }`, variables)
	if read.at("filtered", "nodes", 0, "snapshots", 0, "name") != "s0" || read.at("storageVolume", "project", "name") != own ||
		read.at("none", "totalCount") != 1.0 || read.at("some", "totalCount") != 0.0 || !strings.Contains(read.Text, "hunter2") {
		t.Errorf("odd questions: %s", read.Text)
	}
	if calls := counting.during(func() {
		server.must(t, token, `query($p: String!) { instances(project: $p) { nodes { devices { ... on DiskDevice { volume { id name type } } } } } }`, variables)
	}); len(calls) != 2 { // the list, and the projects that say whose custom volumes are meant
		t.Errorf("the names of volumes take %v", calls)
	}
	if refused := server.ask(t, token, `{ storageVolume(pool: "default", name: "`+project+`/s0") { name } }`, nil); refused.code() != "NOT_FOUND" {
		t.Errorf("a snapshot is no volume: %s", refused.Text)
	}
	for _, list := range []string{"instances", "storageVolumes", "images", "warnings"} {
		refused := server.ask(t, token, `{ `+list+`(filter: "type.x foo y") { totalCount } }`, nil)
		if refused.code() != "BAD_USER_INPUT" || refused.Errors[0].Extensions["argument"] != "filter" {
			t.Errorf("%s below a text: %s", list, refused.Text)
		}
	}
	manySnapshots(t, server, token, project, counting)
	server.demote(t, "VIEWER")
	viewer := server.login(t)
	for _, question := range []string{
		`{ instance(name: "c", project: $p) { devices { name config } expandedConfig } }`,
		`{ instances(project: $p, search: "hunter2") { totalCount } }`,
		`{ instances(project: $p, filter: "expanded_devices.data.user.password eq hun.*") { totalCount } }`,
	} {
		got := server.ask(t, viewer, `query($p: String!) `+question, variables)
		if strings.Contains(got.Text, "hunter2") || strings.Contains(got.Text, `"totalCount":1`) {
			t.Errorf("a viewer gets to the secret by %s: %s", question, got.Text)
		}
	}
	named := server.must(t, viewer, `query($p: String!) { instance(name: "c", project: $p) { devices { name hiddenConfigKeys } } }`, variables)
	if named.at("instance", "devices", 0, "hiddenConfigKeys", 0) != "user.password" {
		t.Errorf("a viewer sees that there is one: %s", named.Text)
	}
}

// manySnapshots looks at what uses a pool: the names of snapshots, however many
// there are, take no request of their own. Then one object of several cannot be read.
func manySnapshots(t *testing.T, server *running, token, project string, counting *counter) {
	t.Helper()
	ask := lxdClient(t)
	names := []string{"n1", "n2", "n3", "n4", "n5", "n6", "n7"}
	for _, name := range names {
		makeEmpty(ask, project, name, false)
		waitRaw(ask, ask("POST", "/1.0/instances/"+name+"/snapshots?project="+project, map[string]any{"name": "s0"}))
	}
	t.Cleanup(func() { removeAll(ask, project, names) })
	var read *answer
	calls := counting.during(func() {
		read = server.must(t, token, `{ storagePool(name: "default") { usedBy { __typename id ... on Instance { status } ... on InstanceSnapshot { name } } } }`, nil)
	})
	found := 0
	for _, user := range read.at("storagePool", "usedBy").([]any) {
		if into(user, "__typename") == "InstanceSnapshot" && into(user, "name") == "s0" {
			found++
		}
	}
	if asked := strings.Join(calls, " "); found < len(names) || strings.Contains(asked, "snapshots") {
		t.Errorf("%d snapshots, with %v", found, calls)
	}
	ids := server.must(t, token, `query($p: String!) { instance(name: "n1", project: $p) { id snapshots { id } } storagePool(name: "default") { id } }`, map[string]any{"p": project})
	counting.fail("/snapshots")
	several := server.ask(t, token, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": []any{ids.at("storagePool", "id"), ids.at("instance", "snapshots", 0, "id"), ids.at("instance", "id")}})
	counting.fail("")
	if len(several.Errors) != 1 || several.at("nodes", 1) != nil || several.at("nodes", 0, "id") == nil || several.at("nodes", 2, "id") == nil || len(several.Errors[0].Path) != 2 || several.Errors[0].Path[1] != 1.0 {
		t.Errorf("one of three cannot be read: %s", several.Text)
	}
}
