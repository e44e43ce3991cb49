package e2e

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// until reads changes until one is of the kind and the name, and returns it.
func until(t *testing.T, watching *socket, id, field, kind, name string) any {
	t.Helper()
	for range 50 {
		change := into(watching.next(id), field)
		if into(change, "kind") == kind && (name == "" || into(change, "name") == name) {
			return change
		}
	}
	t.Errorf("%s: no %s of %s", field, kind, name)
	return nil
}

// First what there is, then what changes: of instances and of everything else,
// with the object as it is then.
func TestWhatThereIsAndThenWhatChanges(t *testing.T) {
	type m = map[string]any
	server := onRealLXD(t)
	token := server.login(t)
	project, name := newProject(t, "true"), newName()
	asked := m{"p": project}
	server.must(t, token, createBusybox, m{"name": name, "project": project, "wait": 60})
	watch := func(id, query string, asked m) *socket {
		watching := server.connect(t, token) // each of its own: what is not waited for is passed over
		watching.subscribe(id, query, asked)
		return watching
	}
	watching := watch("i", `subscription($p: String) { instanceChanged(project: $p, snapshot: true) { kind name cursor project previousName instance { name status project { name } } } }`, asked)
	running := watch("w", `subscription($p: String) { instanceChanged(project: $p, snapshot: true, where: {status: {equals: RUNNING}}) { kind name instance { status } } }`, asked)
	profiles := watch("f", `subscription($p: String) { profileChanged(project: $p, snapshot: true) { kind name previousName project profile { name description } } }`, asked)
	projects := watch("p", `subscription { projectChanged(snapshot: true) { kind name current { description } } }`, nil)
	volumes := watch("v", `subscription { storageVolumeChanged(pool: "default", snapshot: true) { kind name pool previousName storageVolume { name pool { name } } } }`, nil)
	if first := into(watching.next("i"), "instanceChanged"); into(first, "kind") != "SNAPSHOT" || into(first, "instance", "name") != name || into(first, "instance", "project", "name") != project {
		t.Errorf("what there is: %v", first)
	}
	if end := into(watching.next("i"), "instanceChanged"); into(end, "kind") != "SNAPSHOT_END" || into(end, "instance") != nil {
		t.Errorf("its end: %v", end)
	}
	if none := into(running.next("w"), "instanceChanged"); into(none, "kind") != "SNAPSHOT_END" {
		t.Errorf("none runs: %v", none)
	}
	until(t, profiles, "f", "profileChanged", "SNAPSHOT_END", "")
	until(t, projects, "p", "projectChanged", "SNAPSHOT_END", "")
	until(t, volumes, "v", "storageVolumeChanged", "SNAPSHOT_END", "")
	volume, renamed := "v"+name[2:], "w"+name[2:]
	vars := m{"p": project, "n": name, "v": volume, "w": renamed}
	server.walk(t, token, vars, []step{
		{`startInstance(name: $n, project: $p, wait: 60) { instance { status } }`, "", nil, nil},
		{`createProfile(input: {name: "f1", project: $p, description: "one"}) { profile { name } }`, "", nil, nil},
		{`renameProfile(name: "f1", project: $p, newName: "f2") { profile { name } }`, "", nil, nil},
		{`deleteProfile(name: "f2", project: $p) { deletedId }`, "", nil, nil},
		{`updateProject(name: $p, input: {description: "shop"}) { project { name } }`, "", nil, nil},
		{`createStorageVolume(input: {pool: "default", name: $v}, wait: 60) { storageVolume { name } }`, "", nil, nil},
		{`renameStorageVolume(pool: "default", name: $v, newName: $w, wait: 60) { storageVolume { name } }`, "", nil, nil},
		{`deleteStorageVolume(pool: "default", name: $w, wait: 60) { deletedId }`, "", nil, nil},
		{`stopInstance(name: $n, project: $p, force: true, wait: 60) { instance { status } }`, "", nil, nil},
		{`deleteInstance(name: $n, project: $p, wait: 60) { deletedId }`, "", nil, nil},
	})
	if started := until(t, watching, "i", "instanceChanged", "STARTED", name); into(started, "instance", "project", "name") != project {
		t.Errorf("started: %v", started)
	}
	until(t, watching, "i", "instanceChanged", "STOPPED", name)
	if deleted := until(t, watching, "i", "instanceChanged", "DELETED", name); into(deleted, "instance") != nil {
		t.Errorf("deleted: %v", deleted)
	}
	until(t, running, "w", "instanceChanged", "STARTED", name)
	if change := until(t, profiles, "f", "profileChanged", "RENAMED", "f2"); into(change, "previousName") != "f1" || into(change, "project") != project {
		t.Errorf("the profile: %v", change)
	}
	until(t, profiles, "f", "profileChanged", "DELETED", "f2")
	until(t, projects, "p", "projectChanged", "UPDATED", project)
	if made := until(t, volumes, "v", "storageVolumeChanged", "CREATED", volume); into(made, "pool") != "default" {
		t.Errorf("the volume: %v", made)
	}
	if change := until(t, volumes, "v", "storageVolumeChanged", "RENAMED", renamed); into(change, "previousName") != volume {
		t.Errorf("renamed: %v", change)
	}
	until(t, volumes, "v", "storageVolumeChanged", "DELETED", renamed)
}

// What happened while lxdql could not hear LXD is told when it can again.
func TestWhatWasMissedIsReconciled(t *testing.T) {
	directory, socket := ownDaemon(t)
	server := start(t, "LXD_SOCKET_PATH="+socket)
	token := server.login(t)
	server.must(t, token, createBusybox, map[string]any{"name": "stays", "wait": 60})
	server.must(t, token, createBusybox, map[string]any{"name": "runs", "start": true, "wait": 60})
	watching := server.connect(t, token)
	watching.subscribe("i", `subscription { instanceChanged(snapshot: true) { kind name instance { status } } }`, nil)
	until(t, watching, "i", "instanceChanged", "SNAPSHOT_END", "")
	pid := server.must(t, token, `{ instance(name: "runs") { state { pid } } }`, nil).at("instance", "state", "pid").(float64)
	script(t, "kill", directory)
	if err := syscall.Kill(int(pid), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	script(t, "start", directory)
	if missed := until(t, watching, "i", "instanceChanged", "RECONCILED", "runs"); into(missed, "instance", "status") != "STOPPED" {
		t.Errorf("what was missed: %v", missed)
	}
}

// The live state comes at once and then again and again; of a hidden instance,
// and at a foolish pace, it does not.
func TestTheLiveState(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, token, createBusybox, map[string]any{"name": name, "project": project, "start": true, "wait": 60})
	const watch = `subscription($n: [String!]!, $p: String, $i: Int) { instanceState(names: $n, project: $p, intervalSeconds: $i) { name project cpuPercent memoryPercent receivedBytesPerSecond error state { status pid memory { usageBytes } } } }`
	watching := server.connect(t, token)
	watching.subscribe("s", watch, map[string]any{"n": []any{name}, "p": project, "i": 1})
	first := into(watching.next("s"), "instanceState")
	if into(first, "name") != name || into(first, "state", "status") != "RUNNING" || into(first, "cpuPercent") != nil {
		t.Errorf("the first sample: %v", first)
	}
	if second := into(watching.next("s"), "instanceState"); into(second, "cpuPercent") == nil || into(second, "receivedBytesPerSecond") == nil {
		t.Errorf("the second sample: %v", second)
	}
	many := make([]any, 101)
	for n := range many {
		many[n] = fmt.Sprint("c", n)
	}
	for _, bad := range []struct {
		asked          map[string]any
		code, argument string
	}{
		{map[string]any{"n": []any{}}, "BAD_USER_INPUT", "names"},
		{map[string]any{"n": many, "p": project}, "BAD_USER_INPUT", "names"},
		{map[string]any{"n": []any{name}, "p": project, "i": 0}, "BAD_USER_INPUT", "intervalSeconds"},
		{map[string]any{"n": []any{name}, "p": project, "i": -1}, "BAD_USER_INPUT", "intervalSeconds"},
		{map[string]any{"n": []any{name}, "p": project, "i": 61}, "BAD_USER_INPUT", "intervalSeconds"},
		{map[string]any{"n": []any{name, name}, "p": project}, "BAD_USER_INPUT", "names.1"},
		{map[string]any{"n": []any{"nope"}, "p": project}, "NOT_FOUND", ""},
		{map[string]any{"n": []any{"a/b?c"}, "p": project}, "BAD_USER_INPUT", ""},
		{map[string]any{"n": []any{name}, "p": "nope"}, "NOT_FOUND", ""},
	} {
		if refused := server.refusedSubscription(t, token, watch, bad.asked); !strings.Contains(refused, bad.code) || !strings.Contains(refused, bad.argument) {
			t.Errorf("%v: %s", bad.asked, refused)
		}
	}
	slow := server.connect(t, token) // at another interval, and at the longest
	slow.subscribe("s", watch, map[string]any{"n": []any{name}, "p": project, "i": 60})
	if first := into(slow.next("s"), "instanceState"); into(first, "state", "status") != "RUNNING" {
		t.Errorf("once a minute: %v", first)
	}
	if refused := server.refusedSubscription(t, server.account(t, token, "stranger", ""), watch, map[string]any{"n": []any{name}, "p": project}); !strings.Contains(refused, "FORBIDDEN") {
		t.Errorf("a stranger: %s", refused)
	}
}

// refusedSubscription is what somebody is told who may not subscribe; nothing else
// comes before the end.
func (s *running) refusedSubscription(t *testing.T, token, query string, variables map[string]any) string {
	t.Helper()
	asking := s.connect(t, token)
	asking.subscribe("1", query, variables)
	refused := string(asking.receive().Payload)
	if !strings.HasPrefix(refused, `{"errors"`) {
		t.Errorf("%v is not refused: %s", variables, refused)
	} else if end := asking.receive(); end.Type != "complete" {
		t.Errorf("after the refusal: %s %s", end.Type, end.Payload)
	}
	return refused
}
