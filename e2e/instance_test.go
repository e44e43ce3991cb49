package e2e

import (
	"crypto/rand"
	"strings"
	"testing"
)

func newName() string { return "t-" + strings.ToLower(rand.Text()[:10]) }

const createBusybox = `mutation($name: String!, $start: Boolean, $wait: Int, $project: String) {
	createInstance(input: {name: $name, project: $project, source: {type: IMAGE, alias: "busybox"}, start: $start}, wait: $wait) {
		instance { id name status } operation { id status } } }`

const deleteForced = `mutation($name: String!, $project: String) { deleteInstance(name: $name, project: $project, force: true, wait: 60) { deletedId operation { status } } }`

// An instance's whole life, seen through a subscription.
func TestAnInstanceIsMadeStartedWatchedStoppedAndDeleted(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	name := newName()
	watching := server.connect(t, token)
	watching.subscribe("1", `subscription { instanceChanged { kind name instance { name status state { pid } } } }`, nil)
	watching.subscribe("2", `subscription { events(types: [LIFECYCLE], actions: ["instance-started"]) { type cursor ... on LifecycleEvent { action entity { id ... on Instance { name } } } } }`, nil)

	created := server.must(t, token, createBusybox, map[string]any{"name": name, "wait": 60})
	removeAfter(t, name)
	if status := created.at("createInstance", "operation", "status"); status != "SUCCESS" {
		t.Fatalf("created with %v", created.Text)
	}
	change := waitFor(watching, "1", name, "CREATED")
	if got := into(change, "instance", "name"); got != name {
		t.Errorf("created: %v", change)
	}

	started := server.must(t, token, `mutation($name: String!) { startInstance(name: $name, wait: 30) { instance { status } operation { status description project { name } } } }`, map[string]any{"name": name})
	if got := started.at("startInstance", "instance", "status"); got != "RUNNING" {
		t.Errorf("started: %s", started.Text)
	}
	change = waitFor(watching, "1", name, "STARTED")
	if into(change, "instance", "status") != "RUNNING" {
		t.Errorf("the subscription says %v", change)
	}

	read := server.must(t, token, `query($name: String!) { instance(name: $name) { id status availableActions lastUsedAt
		image { fingerprint aliases { name } } profiles { name } project { name } devices { name type inherited }
		state { pid processes cpu { usageSeconds } memory { usageBytes } network { name } } } }`, map[string]any{"name": name})
	if pid, ok := read.at("instance", "state", "pid").(float64); !ok || pid <= 1 {
		t.Errorf("no pid: %s", read.Text)
	}
	if memory, ok := read.at("instance", "state", "memory", "usageBytes").(float64); !ok || memory <= 0 {
		t.Errorf("no memory: %s", read.Text)
	}
	if read.at("instance", "profiles", 0, "name") != "default" || read.at("instance", "project", "name") != "default" || read.at("instance", "image", "aliases", 0, "name") != "busybox" {
		t.Errorf("edges: %s", read.Text)
	}
	node := server.must(t, token, `query($id: ID!) { node(id: $id) { __typename id ... on Instance { name status } } }`, map[string]any{"id": read.at("instance", "id")})
	if node.at("node", "__typename") != "Instance" || node.at("node", "name") != name {
		t.Errorf("node: %s", node.Text)
	}

	stopped := server.must(t, token, `mutation($name: String!) { stopInstance(name: $name, force: true, wait: 30) { instance { status } operation { status } } }`, map[string]any{"name": name})
	if got := stopped.at("stopInstance", "instance", "status"); got != "STOPPED" {
		t.Errorf("stopped: %s", stopped.Text)
	}
	waitFor(watching, "1", name, "STOPPED")
	deleted := server.must(t, token, `mutation($name: String!) { deleteInstance(name: $name, wait: 30) { deletedId operation { status } } }`, map[string]any{"name": name})
	if deleted.at("deleteInstance", "deletedId") != read.at("instance", "id") {
		t.Errorf("deleted: %s", deleted.Text)
	}
	change = waitFor(watching, "1", name, "DELETED")
	if into(change, "instance") != nil {
		t.Errorf("what is deleted is still shown: %v", change)
	}
	if gone := server.ask(t, token, `query($name: String!) { instance(name: $name) { name } }`, map[string]any{"name": name}); gone.code() != "NOT_FOUND" {
		t.Errorf("after the deletion: %s", gone.Text)
	}
	server.wantNoSecretInLog(t)
}

// waitFor skips what other tests do on the same LXD.
func waitFor(watching *socket, id, name, kind string) any {
	watching.t.Helper()
	for {
		change := into(watching.next(id), "instanceChanged")
		if into(change, "name") == name && into(change, "kind") == kind {
			return change
		}
	}
}

// Create and start is one operation, whatever LXD's release does itself.
func TestCreateAndStartIsOneOperation(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	name := newName()
	created := server.must(t, token, createBusybox, map[string]any{"name": name, "start": true})
	removeAfter(t, name)
	operation := created.at("createInstance", "operation", "id")
	watching := server.connect(t, token)
	watching.subscribe("1", `subscription($id: ID!) { operationUpdated(id: $id) { status description } }`, map[string]any{"id": operation})
	for status := any(nil); status != "SUCCESS"; {
		status = into(watching.next("1"), "operationUpdated", "status")
		if status == "FAILURE" || status == "CANCELLED" {
			t.Fatalf("it ended with %v", status)
		}
	}
	if got := watching.receive(); got.Type != "complete" {
		t.Errorf("after the end comes %+v", got)
	}
	read := server.must(t, token, `query($name: String!, $id: ID!) { instance(name: $name) { status } operation(id: $id) { status } waitOperation(id: $id) { status } }`, map[string]any{"name": name, "id": operation})
	if read.at("instance", "status") != "RUNNING" || read.at("operation", "status") != "SUCCESS" || read.at("waitOperation", "status") != "SUCCESS" {
		t.Errorf("after SUCCESS: %s", read.Text)
	}
	again := server.ask(t, token, createBusybox, map[string]any{"name": name})
	if again.code() != "ALREADY_EXISTS" {
		t.Errorf("a second one: %s", again.Text)
	}
	conflict := server.ask(t, token, `mutation($name: String!) { startInstance(name: $name) { operation { id } } }`, map[string]any{"name": name})
	if conflict.code() != "CONFLICT" {
		t.Errorf("start of what runs: %s", conflict.Text)
	}
	if running := server.ask(t, token, `mutation($name: String!) { deleteInstance(name: $name) { deletedId } }`, map[string]any{"name": name}); running.code() != "CONFLICT" {
		t.Errorf("deleting what runs: %s", running.Text)
	}
	server.must(t, token, deleteForced, map[string]any{"name": name})
}
