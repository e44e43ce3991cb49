package e2e

import (
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"
)

const bulkOf = `query($id: ID!) { operation(id: $id) { status error progress { percent } metadata items { name project outcome code message } } }`

// many makes stopped instances and returns their names.
func many(t *testing.T, server *running, token, project string, count int) []any {
	t.Helper()
	names := make([]any, count)
	var making sync.WaitGroup
	turns := make(chan struct{}, 4)
	prefix := newName()
	for n := range names {
		names[n] = fmt.Sprintf("%s-%02d", prefix, n)
		making.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			server.must(t, token, createBusybox, map[string]any{"name": names[n], "project": project, "wait": 120})
		})
	}
	making.Wait()
	return names
}

// outcomes counts the outcomes of a bulk's items.
func outcomes(t *testing.T, operation any) map[string]int {
	t.Helper()
	items, _ := into(operation, "items").([]any)
	counts := map[string]int{}
	for _, item := range items {
		counts[into(item, "outcome").(string)]++
	}
	return counts
}

// Many instances at once: each has its outcome, one that fails takes no other
// with it, and who may not is refused.
func TestTheSameToManyInstances(t *testing.T) {
	const run = `mutation($action: InstanceAction!, $names: [String!], $where: InstanceWhere, $p: String, $max: Int = 3, $stop: BulkErrorAction, $force: Boolean, $wait: Int) {
		bulkInstances(action: $action, names: $names, where: $where, project: $p, maxParallel: $max, onError: $stop, force: $force, wait: $wait) { operation { id status error } items { name outcome code message } } }`
	type m = map[string]any
	server := onRealLXD(t)
	admin := server.login(t)
	project := newProject(t, "true")
	names := many(t, server, admin, project, 4)
	for _, bad := range []struct {
		asked m
		code  string
	}{
		{m{"action": "START", "p": project}, "BAD_USER_INPUT"},
		{m{"action": "START", "p": project, "names": names, "where": m{}}, "BAD_USER_INPUT"},
		{m{"action": "START", "p": project, "names": []any{names[0], names[0]}}, "BAD_USER_INPUT"},
		{m{"action": "START", "p": project, "names": names, "max": 33}, "BAD_USER_INPUT"},
		{m{"action": "START", "p": "nope", "names": names}, "NOT_FOUND"},
	} {
		if refused := server.ask(t, admin, run, bad.asked); refused.code() != bad.code {
			t.Errorf("%v: %s", bad.asked, refused.Text)
		}
	}
	started := server.must(t, admin, run, m{"action": "START", "p": project, "names": append(slices.Clone(names), "nope"), "wait": 120}).at("bulkInstances")
	if counts := outcomes(t, started); counts["DONE"] != 4 || counts["FAILED"] != 1 || into(started, "operation", "status") != "FAILURE" || into(started, "items", 4, "code") != "NOT_FOUND" {
		t.Errorf("four start and one is not there: %v", started)
	}
	again := server.must(t, admin, run, m{"action": "START", "p": project, "where": m{"status": m{"equals": "RUNNING"}}, "wait": 120}).at("bulkInstances")
	if counts := outcomes(t, again); counts["SKIPPED"] != 4 || into(again, "operation", "status") != "SUCCESS" || into(again, "items", 0, "code") != "CONFLICT" {
		t.Errorf("those that run are skipped: %v", again)
	}
	stopped := server.must(t, admin, run, m{"action": "DELETE", "p": project, "names": []any{"nope", names[0]}, "max": 1, "stop": "STOP", "force": true, "wait": 120}).at("bulkInstances")
	if counts := outcomes(t, stopped); counts["FAILED"] != 1 || counts["SKIPPED"] != 1 {
		t.Errorf("one that fails ends it: %v", stopped)
	}
	gone := server.must(t, admin, run, m{"action": "DELETE", "p": project, "where": m{}, "force": true, "wait": 120}).at("bulkInstances")
	if counts := outcomes(t, gone); counts["DONE"] != 4 || into(gone, "operation", "status") != "SUCCESS" {
		t.Errorf("all are deleted: %v", gone)
	}
	later := server.must(t, admin, bulkOf, m{"id": into(gone, "operation", "id")}).at("operation")
	if counts := outcomes(t, later); counts["DONE"] != 4 || into(later, "progress", "percent") != 100.0 || into(later, "metadata", "done") != 4.0 {
		t.Errorf("asked afterwards: %v", later)
	}
	// Nothing that fits, everywhere that one has a role, is no error.
	operator := server.account(t, admin, "olga", "")
	server.grant(t, admin, "olga", project, "OPERATOR")
	if none := server.must(t, operator, `mutation { bulkInstances(action: STOP, where: {name: {equals: "nope"}}, allProjects: true, wait: 30) { operation { status } items { name } } }`, nil); none.at("bulkInstances", "operation", "status") != "SUCCESS" {
		t.Errorf("nothing fits: %s", none.Text)
	}
	server.demote(t, "VIEWER")
	if refused := server.ask(t, server.login(t), run, m{"action": "START", "p": project, "where": m{}}); refused.code() != "FORBIDDEN" {
		t.Errorf("a viewer: %s", refused.Text)
	}
}

// The server is killed in the middle of a bulk of 40: the next one knows of each
// instance how it went, and says so as LXD does.
func TestABulkSurvivesAKill(t *testing.T) {
	const run = `mutation($names: [String!], $p: String) { bulkInstances(action: START, names: $names, project: $p, maxParallel: 2) { operation { id } items { outcome } } }`
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	names := many(t, server, token, project, 40)
	asked := map[string]any{"id": server.must(t, token, run, map[string]any{"names": names, "p": project}).at("bulkInstances", "operation", "id")}
	for done := 0; done < 3; done = outcomes(t, server.must(t, token, bulkOf, asked).at("operation"))["DONE"] {
		time.Sleep(50 * time.Millisecond)
	}
	server.kill()
	next := launch(t, exec.Command(binary), server.directory, "LXD_SOCKET_PATH="+realSocket(t))
	next.password = server.password
	token = next.login(t)
	var bulk any
	for range 60 { // another server might still work on it: it is taken after 10 s of silence
		if bulk = next.must(t, token, bulkOf, asked).at("operation"); into(bulk, "status") != "RUNNING" {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	counts := outcomes(t, bulk)
	if into(bulk, "status") != "FAILURE" || counts["DONE"] < 3 || counts["DONE"]+counts["FAILED"]+counts["SKIPPED"] != 40 || counts["SKIPPED"] == 0 {
		t.Errorf("after the kill: %v: %v", counts, bulk)
	}
	time.Sleep(2 * time.Second) // what LXD was at when the server was killed
	for n, item := range into(bulk, "items").([]any) {
		status := next.must(t, token, `query($n: String!, $p: String) { instance(name: $n, project: $p) { status } }`, map[string]any{"n": names[n], "p": project}).at("instance", "status")
		if outcome := into(item, "outcome"); (outcome == "DONE" && status != "RUNNING") || (outcome == "SKIPPED" && status != "STOPPED") {
			t.Errorf("%v is %v and was told to be %v", names[n], status, outcome)
		}
	}
	next.must(t, token, `mutation($names: [String!], $p: String) { bulkInstances(action: DELETE, names: $names, project: $p, force: true, wait: 300) { items { outcome } } }`, map[string]any{"names": names, "p": project})
}

// The same create sent ten times at once, and once more after a restart, makes
// one instance and gives one answer.
func TestAKeyMakesOneInstance(t *testing.T) {
	const create = `mutation($n: String!, $p: String, $k: String, $d: String) { createInstance(input: {name: $n, project: $p, description: $d, source: {alias: "busybox"}}, idempotencyKey: $k, wait: 60) { instance { id } operation { id } } }`
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	asked := map[string]any{"n": newName(), "p": project, "k": "order 17"}
	answers := make([]*answer, 10)
	var sending sync.WaitGroup
	for n := range answers {
		sending.Go(func() { answers[n] = server.must(t, token, create, asked) })
	}
	sending.Wait()
	for _, one := range answers {
		if one.at("createInstance", "instance", "id") != answers[0].at("createInstance", "instance", "id") || one.at("createInstance", "operation", "id") != answers[0].at("createInstance", "operation", "id") {
			t.Errorf("another answer: %s and %s", one.Text, answers[0].Text)
		}
	}
	for key, code := range map[string]string{"": "BAD_USER_INPUT", "order 18": "ALREADY_EXISTS"} {
		if refused := server.ask(t, token, create, map[string]any{"n": asked["n"], "p": project, "k": key}); refused.code() != code {
			t.Errorf("the key %q: %s", key, refused.Text)
		}
	}
	if refused := server.ask(t, token, create, map[string]any{"n": asked["n"], "p": project, "k": "order 17", "d": "another"}); refused.code() != "CONFLICT" {
		t.Errorf("another input: %s", refused.Text)
	}
	server.stop()
	next := launch(t, exec.Command(binary), server.directory, "LXD_SOCKET_PATH="+realSocket(t))
	next.password = server.password
	if again := next.must(t, next.login(t), create, asked); again.at("createInstance", "instance", "id") != answers[0].at("createInstance", "instance", "id") {
		t.Errorf("after a restart: %s", again.Text)
	}
}

// LXD forgets an operation 5 s after its end; lxdql does not.
func TestAnOperationIsKnownAfterLXDHasForgottenIt(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	made := server.must(t, token, createBusybox, map[string]any{"name": newName(), "project": project, "wait": 60})
	id := made.at("createInstance", "operation", "id")
	time.Sleep(6 * time.Second)
	if later := server.must(t, token, `query($id: ID!) { operation(id: $id) { status project { name } } waitOperation(id: $id) { status } }`, map[string]any{"id": id}); later.at("operation", "status") != "SUCCESS" || later.at("operation", "project", "name") != project || later.at("waitOperation", "status") != "SUCCESS" {
		t.Errorf("%s", later.Text)
	}
}

// What is protected from being deleted is refused before it is stopped, alone
// and among many, and a plan says the same.
func TestWhatIsProtectedIsNotStoppedToBeDeleted(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project, name := newProject(t, "true"), newName()
	type m = map[string]any
	server.must(t, token, createBusybox, m{"name": name, "project": project, "wait": 60})
	server.tell(t, token, m{"p": project, "n": name, "kept": m{"security.protection.delete": "true"}}, []change{
		{`startInstance(name: $n, project: $p, wait: 60) { instance { status } }`, "", "", []any{"startInstance", "instance", "status"}, "RUNNING"},
		{`updateInstance(name: $n, project: $p, input: {config: $kept}) { instance { name } }`, "", "", nil, nil},
		{`deleteInstance(name: $n, project: $p, force: true, dryRun: true) { plan { blockers { code } } }`, "", "", []any{"deleteInstance", "plan", "blockers", 0, "code"}, "CONFLICT"},
		{`deleteInstance(name: $n, project: $p, force: true, wait: 60) { deletedId }`, "CONFLICT", "", nil, nil},
		{`bulkInstances(action: DELETE, names: [$n], project: $p, force: true, wait: 60) { items { outcome code } }`, "", "", []any{"bulkInstances", "items", 0, "code"}, "CONFLICT"},
	})
	if now := server.must(t, token, `query($n: String!, $p: String) { instance(name: $n, project: $p) { status } }`, m{"n": name, "p": project}); now.at("instance", "status") != "RUNNING" {
		t.Errorf("it was stopped: %s", now.Text)
	}
	server.tell(t, token, m{"p": project, "n": name, "free": m{"security.protection.delete": nil}}, []change{
		{`updateInstance(name: $n, project: $p, input: {config: $free}) { instance { name } }`, "", "", nil, nil},
		{`deleteInstance(name: $n, project: $p, force: true, wait: 60) { deletedId operation { status } }`, "", "", []any{"deleteInstance", "operation", "status"}, "SUCCESS"},
	})
}
