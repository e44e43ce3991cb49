package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// What happened is known afterwards: who did what, what came of it, and which
// events there were, also to a server that was started anew.
func TestWhatHappenedIsKnownAfterwards(t *testing.T) {
	type m = map[string]any
	server := onRealLXD(t)
	admin := server.login(t)
	project, name := newProject(t, "true"), newName()
	asked := m{"p": project}
	const events = `query($p: String, $after: String, $first: Int) { events(project: $p, after: $after, first: $first) { nodes { cursor type ... on LifecycleEvent { action } ... on OperationEvent { operation { status } } } pageInfo { hasNextPage endCursor } } }`
	watching := server.connect(t, admin)
	watching.subscribe("1", `subscription($p: String) { events(project: $p) { cursor type } }`, asked)
	made := server.must(t, admin, createBusybox, m{"name": name, "project": project, "wait": 60})
	server.ask(t, admin, `mutation($p: String) { updateInstance(name: "nope", project: $p, input: {config: {environment: null}}) { instance { name } } }`, asked)
	server.must(t, admin, `mutation($n: String!, $p: String, $c: StringMap) { updateInstance(name: $n, project: $p, input: {config: $c}) { instance { name } } }`, m{"n": name, "p": project, "c": m{"environment.PASS": "hunter2", "user.shown": "yes"}})
	first := watching.next("1")

	all := server.must(t, admin, events, asked)
	if !strings.Contains(all.Text, "instance-created") || !strings.Contains(all.Text, "SUCCESS") || !strings.Contains(all.Text, into(first, "events", "cursor").(string)) {
		t.Errorf("the journal of the project: %s; %v", all.Text, first)
	}
	one := server.must(t, admin, events, m{"p": project, "first": 1})
	if rest := server.must(t, admin, events, m{"p": project, "after": one.at("events", "pageInfo", "endCursor")}); one.at("events", "pageInfo", "hasNextPage") != true || rest.at("events", "nodes", 0, "cursor") != all.at("events", "nodes", 1, "cursor") {
		t.Errorf("page by page: %s then %s", one.Text, rest.Text)
	}
	if newest := server.must(t, admin, `query($p: String) { events(project: $p, last: 1) { nodes { cursor } pageInfo { hasPreviousPage } } }`, asked); newest.at("events", "nodes", 0, "cursor") != all.at("events", "nodes", len(all.at("events", "nodes").([]any))-1, "cursor") || newest.at("events", "pageInfo", "hasPreviousPage") != true {
		t.Errorf("the newest: %s", newest.Text)
	}
	for after, code := range map[string]string{"nonsense": "BAD_USER_INPUT", "bG9jYWwKb3RoZXIKMQ": "CURSOR_EXPIRED"} {
		if refused := server.ask(t, admin, events, m{"p": project, "after": after}); refused.code() != code {
			t.Errorf("after %s: %s", after, refused.Text)
		}
	}
	trail := server.must(t, admin, `{ auditEvents(first: 3) { totalCount nodes { username action project input code operation { id } address requestId } pageInfo { hasNextPage endCursor } } }`, nil)
	if trail.at("auditEvents", "nodes", 0, "action") != "updateInstance" || trail.at("auditEvents", "nodes", 1, "code") != "NOT_FOUND" || trail.at("auditEvents", "nodes", 2, "operation", "id") != made.at("createInstance", "operation", "id") || trail.at("auditEvents", "totalCount") != 4.0 || strings.Contains(trail.Text, "hunter2") || !strings.Contains(trail.Text, "user.shown") {
		t.Errorf("the audit trail: %s", trail.Text)
	}
	login := server.must(t, admin, `query($after: String) { auditEvents(after: $after) { nodes { username action input } } }`, m{"after": trail.at("auditEvents", "pageInfo", "endCursor")})
	if login.at("auditEvents", "nodes", 0, "action") != "login" || login.at("auditEvents", "nodes", 0, "username") != "admin" || strings.Contains(login.Text, server.password) {
		t.Errorf("the log-in: %s", login.Text)
	}

	server.kill()
	next := launch(t, exec.Command(binary), server.directory, "LXD_SOCKET_PATH="+realSocket(t))
	next.password = server.password
	admin = next.login(t)
	again := next.must(t, admin, events, asked)
	if again.at("events", "nodes", 0, "cursor") != all.at("events", "nodes", 0, "cursor") {
		t.Errorf("after a kill: %s, before %s", again.Text, all.Text)
	}
	if kept := next.must(t, admin, `{ auditEvents(first: 5) { totalCount } }`, nil); kept.at("auditEvents", "totalCount") != 5.0 {
		t.Errorf("the trail after a kill, with one more log-in: %s", kept.Text)
	}
	resumed := next.connect(t, admin)
	resumed.subscribe("1", `subscription($p: String, $after: String) { events(project: $p, after: $after) { cursor type } }`, m{"p": project, "after": all.at("events", "nodes", 0, "cursor")})
	for n := 1; n < len(all.at("events", "nodes").([]any)); n++ {
		if event := resumed.next("1"); into(event, "events", "cursor") != all.at("events", "nodes", n, "cursor") {
			t.Errorf("event %d after the cursor: %v", n, event)
		}
	}
	if gap := resumed.next("1"); into(gap, "events", "type") != "GAP" {
		t.Errorf("that lxdql was not there: %v", gap)
	}
	ended := next.must(t, admin, `query($id: ID!, $p: String) { operation(id: $id) { status } operations(project: $p) { nodes { id status } } }`, m{"id": made.at("createInstance", "operation", "id"), "p": project})
	if ended.at("operation", "status") != "SUCCESS" || !strings.Contains(ended.Text, made.at("createInstance", "operation", "id").(string)) {
		t.Errorf("the operation after a kill: %s", ended.Text)
	}
	exported(t, next, admin, project)
}
