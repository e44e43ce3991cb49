package e2e

import (
	"bytes"
	"fmt"
	"testing"
)

// A project is made, changed, renamed and deleted, by an administrator of the server only.
func TestAProjectIsWritten(t *testing.T) {
	server := onRealLXD(t)
	ask := lxdClient(t)
	name, other := newName(), newName()
	t.Cleanup(func() {
		ask("DELETE", "/1.0/projects/"+name, nil)
		ask("DELETE", "/1.0/projects/"+other, nil)
	})
	const head = `mutation($n: String!) { `
	for _, role := range []string{"VIEWER", "OPERATOR"} {
		server.demote(t, role)
		server.follow(t, server.login(t), map[string]any{"n": name}, []told{
			{head + `createProject(input: {name: $n}) { project { name } } }`, "FORBIDDEN", nil, nil},
			{`mutation { updateProject(name: "default", input: {description: "x"}) { project { name } } }`, "FORBIDDEN", nil, nil},
			{head + `renameProject(name: "default", newName: $n) { project { name } } }`, "FORBIDDEN", nil, nil},
			{`mutation { deleteProject(name: "default", force: true) { deletedId } }`, "FORBIDDEN", nil, nil},
			{`{ project(name: "default") { availableActions } }`, "", []any{"project", "availableActions", 0}, nil},
		})
	}
	server.demote(t, "ADMIN")
	token := server.login(t)
	for _, bad := range []string{"", ".", "..", "*", "a/b", "a b", "a_b", "a'b", "a\nb"} {
		if refused := server.ask(t, token, head+`createProject(input: {name: $n}) { project { name } } }`, map[string]any{"n": bad}); refused.code() != "BAD_USER_INPUT" || refused.Errors[0].Extensions["argument"] != "input.name" {
			t.Errorf("%q: %s", bad, refused.Text)
		}
	}
	server.follow(t, token, map[string]any{"n": name, "o": other}, []told{
		{head + `createProject(input: {name: $n, config: {nope: "1"}}) { project { name } } }`, "BAD_USER_INPUT", nil, nil},
		{head + `createProject(input: {name: $n, description: "shop", config: {features: "x"}}) { project { name } } }`, "BAD_USER_INPUT", nil, nil},
		{head + `createProject(input: {name: $n, description: "shop"}, idempotencyKey: "k2") { project { name description config } } }`, "", []any{"createProject", "project", "config", "features.images"}, "true"},
		{head + `createProject(input: {name: $n}) { project { name } } }`, "ALREADY_EXISTS", nil, nil},
		{head + `updateProject(name: $n, input: {description: "x"}, ifMatch: "seen before") { project { name } } }`, "PRECONDITION_FAILED", nil, nil},
		{`query($n: String!) { project(name: $n) { availableActions } }`, "", []any{"project", "availableActions", 3}, "FORCE_DELETE"},
		{`mutation { renameProject(name: "default", newName: "x") { project { name } } }`, "CONFLICT", nil, nil},
		{`mutation { deleteProject(name: "default", force: true) { deletedId } }`, "CONFLICT", nil, nil},
		{`mutation { updateProject(name: "default", input: {config: {restricted_: "true"}}) { project { name } } }`, "BAD_USER_INPUT", nil, nil},
		{`mutation { updateProject(name: "nope", input: {description: "x"}) { project { name } } }`, "NOT_FOUND", nil, nil},
		{head + `renameProject(name: $n, newName: "a b") { project { name } } }`, "BAD_USER_INPUT", nil, nil},
		{head + `renameProject(name: $n, newName: "default") { project { name } } }`, "ALREADY_EXISTS", nil, nil},
	})
	type m = map[string]any
	changed := server.must(t, token, `mutation($n: String!, $c: StringMap) { updateProject(name: $n, input: {config: $c}) { project { description tags config etag } } }`,
		m{"n": name, "c": m{"user.tags": "a,b", "limits.instances": 5, "features.images": "false"}})
	if changed.at("updateProject", "project", "description") != "shop" || changed.at("updateProject", "project", "tags", 1) != "b" || changed.at("updateProject", "project", "config", "features.profiles") != "true" || changed.at("updateProject", "project", "etag") == nil {
		t.Errorf("changed: %s", changed.Text)
	}
	ask("POST", "/1.0/profiles?project="+name, m{"name": "web"})
	in := m{"n": name, "c": m{"features.profiles": "false"}}
	if fixed := server.ask(t, token, `mutation($n: String!, $c: StringMap) { updateProject(name: $n, input: {config: $c}) { project { name } } }`, in); fixed.code() != "CONFLICT" {
		t.Errorf("features of a project that something is in: %s", fixed.Text)
	}
	server.follow(t, token, m{"n": name}, []told{
		{head + `renameProject(name: $n, newName: "x") { project { name } } }`, "CONFLICT", nil, nil},
		{head + `deleteProject(name: $n) { deletedId } }`, "CONFLICT", nil, nil},
		{`query($n: String!) { project(name: $n) { availableActions } }`, "", []any{"project", "availableActions", 1}, "FORCE_DELETE"},
	})
	ask("DELETE", "/1.0/profiles/web?project="+name, nil)
	server.follow(t, token, m{"n": name, "o": other}, []told{
		{`mutation($n: String!, $o: String!) { renameProject(name: $n, newName: $o, wait: 60) { project { name } operation { status } } }`, "", []any{"renameProject", "project", "name"}, other},
		{`mutation($o: String!) { deleteProject(name: $o, wait: 60) { deletedId } }`, "", nil, nil},
		{`query($o: String!) { project(name: $o) { name } }`, "NOT_FOUND", nil, nil},
	})
}

// With force a project goes with all that is in it, as one operation; what is protected keeps all of it.
func TestAProjectIsDeletedWithWhatIsInIt(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	ask := lxdClient(t)
	type m = map[string]any
	name := newName()
	must := func(method, path string, body any) {
		t.Helper()
		answer := ask(method, path, body)
		if answer["type"] == "error" {
			t.Fatalf("%s %s: %v", method, path, answer["error"])
		}
		waitRaw(ask, answer)
	}
	server.must(t, token, `mutation($n: String!, $c: StringMap) { createProject(input: {name: $n, config: $c}) { project { name } } }`,
		m{"n": name, "c": m{"features.images": "true", "features.networks": "true"}})
	in := "?project=" + name
	root := m{"type": "disk", "path": "/", "pool": "default"}
	must("PUT", "/1.0/profiles/default"+in, m{"devices": m{"root": root, "data": m{"type": "disk", "pool": "default", "source": "v1", "path": "/data"}}})
	must("POST", "/1.0/storage-pools/default/volumes/custom"+in, m{"name": "v1"})
	must("POST", "/1.0/storage-pools/default/volumes/custom/v1/snapshots"+in, m{"name": "s0"})
	must("POST", "/1.0/profiles"+in, m{"name": "a b"}) // whose name 5.0.2 escapes twice
	must("POST", "/1.0/network-acls"+in, m{"name": "acl1"})
	must("POST", "/1.0/network-zones"+in, m{"name": name + ".example"})
	server.must(t, token, `mutation($p: String) { createInstance(input: {name: "off", project: $p, source: {type: NONE}, profiles: ["default", "a b"]}, wait: 60) { instance { name } } }`, m{"p": name})
	must("POST", "/1.0/instances/off/snapshots"+in, m{"name": "s0"})
	must("PATCH", "/1.0/instances/off"+in, m{"config": m{"security.protection.delete": "true"}})
	remove := `mutation($n: String!) { deleteProject(name: $n, force: true, wait: 120) { deletedId operation { status description project { name } } } }`
	if kept := server.ask(t, token, remove, m{"n": name}); kept.code() != "CONFLICT" {
		t.Fatalf("what is protected: %s", kept.Text)
	}
	must("PATCH", "/1.0/instances/off"+in, m{"config": m{"security.protection.delete": "false"}})
	gone := server.must(t, token, remove, m{"n": name})
	if gone.at("deleteProject", "operation", "status") != "SUCCESS" || gone.at("deleteProject", "deletedId") == nil {
		t.Errorf("gone: %s", gone.Text)
	}
	if left := server.ask(t, token, `query($n: String!) { project(name: $n) { name } }`, m{"n": name}); left.code() != "NOT_FOUND" {
		t.Errorf("it is still there: %s", left.Text)
	}
	if zone := ask("GET", "/1.0/network-zones/"+name+".example", nil); zone["type"] != "error" {
		t.Errorf("its zone is still there: %v", zone)
	}
}

// What would pass a project's limit is told as that, whatever makes it; a limit
// below what is in use does not fit the project.
func TestAProjectsLimits(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project, name := newProject(t, "true"), newName()
	type m = map[string]any
	server.must(t, token, createBusybox, m{"name": name, "project": project, "wait": 60})
	variables := m{"p": project, "n": name, "none": m{"limits.instances": 0}, "one": m{"limits.instances": 1, "limits.memory": nil}, "mib": m{"limits.memory": "64MiB"}, "more": m{"limits.memory": "128MiB"}, "any": m{"limits.memory": nil},
		"memory": m{"limits.memory": "100MiB", "limits.instances": nil}, "word": m{"limits.instances": "x"}, "little": m{"limits.memory": "1MiB"}}
	const limit, create, copied = `updateProject(name: $p, input: {config: $%s}) { project { name } }`, `createInstance(input: {name: "x", project: $p, source: {alias: "busybox"}%s}) { instance { name } }`, `copyInstance(name: $n, project: $p, input: {name: "x"}) { instance { name } }`
	server.tell(t, token, variables, []change{
		{fmt.Sprintf(limit, "none"), "CONFLICT", "", nil, nil},
		{fmt.Sprintf(limit, "little"), "CONFLICT", "", nil, nil}, // the instance has no limit of its own
		{fmt.Sprintf(limit, "word"), "BAD_USER_INPUT", "", nil, nil},
		{fmt.Sprintf(limit, "one"), "", "", nil, nil},
		{fmt.Sprintf(create, ""), "LIMIT_EXCEEDED", "", nil, nil},
		{copied, "LIMIT_EXCEEDED", "", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {config: $mib}) { instance { name } }`, "", "", nil, nil},
		{fmt.Sprintf(limit, "little"), "CONFLICT", "", nil, nil},
		{fmt.Sprintf(limit, "memory"), "", "", nil, nil},
		{fmt.Sprintf(create, ""), "BAD_USER_INPUT", "input.config", nil, nil},
		{fmt.Sprintf(create, ", config: $mib"), "LIMIT_EXCEEDED", "", nil, nil},
		{copied, "LIMIT_EXCEEDED", "", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {config: $more}) { instance { name } }`, "LIMIT_EXCEEDED", "", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {config: $more}, dryRun: true) { plan { blockers { code } } }`, "", "", []any{"updateInstance", "plan", "blockers", 0, "code"}, "LIMIT_EXCEEDED"},
		{`updateInstance(name: $n, project: $p, input: {config: $mib}, dryRun: true) { plan { blockers { code } } }`, "", "", []any{"updateInstance", "plan", "blockers"}, []any{}},
		{`createProfile(input: {name: "more", project: $p, config: $more}) { profile { name } }`, "", "", nil, nil},
		{`createInstance(input: {name: "x", project: $p, source: {alias: "busybox"}, profiles: ["default", "more"]}, dryRun: true) { plan { blockers { code } } }`, "", "", []any{"createInstance", "plan", "blockers", 0, "code"}, "LIMIT_EXCEEDED"},
		{`deleteProfile(name: "more", project: $p) { deletedId }`, "", "", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {config: $any}) { instance { name } }`, "BAD_USER_INPUT", "", nil, nil},
	})
}

// Nothing comes into a project by moving or importing that could not be made
// there: LXD itself does not look.
func TestAProjectsLimitsHoldForWhatComesFromElsewhere(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	from, to, name := newProject(t, "false"), newProject(t, "false"), newName()
	type m = map[string]any
	server.must(t, token, createBusybox, m{"name": name, "project": from, "wait": 60})
	archive := server.call(t, token, "GET", "/instances/"+name+"/export?compression=none&project="+from, nil)
	if archive.status != 200 {
		t.Fatalf("the export: HTTP %d %.300s", archive.status, archive.body)
	}
	move := `migrateInstance(name: $n, project: $from, input: {project: $to}, wait: 60) { operation { status } }`
	limit := `updateProject(name: $to, input: {config: $%s}) { project { name } }`
	variables := m{"from": from, "to": to, "n": name, "none": m{"limits.containers": "0"}, "full": m{"limits.containers": nil, "limits.instances": "0"}, "one": m{"limits.containers": "1", "limits.instances": "1"}}
	server.tell(t, token, variables, []change{
		{fmt.Sprintf(limit, "none"), "", "", nil, nil},
		{move, "LIMIT_EXCEEDED", "", nil, nil},
		{fmt.Sprintf(limit, "full"), "", "", nil, nil},
		{move, "LIMIT_EXCEEDED", "", nil, nil},
	})
	imported := "/instances/import?name=" + name + "x&project=" + to
	if got := server.call(t, token, "POST", imported, bytes.NewReader(archive.body)); got.at("code") != "LIMIT_EXCEEDED" {
		t.Errorf("the import into a full project: HTTP %d %.300s", got.status, got.body)
	}
	server.tell(t, token, variables, []change{{fmt.Sprintf(limit, "one"), "", "", nil, nil}, {move, "", "", nil, nil}})
}
