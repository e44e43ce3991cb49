package e2e

import (
	"strings"
	"testing"
)

// An instance is copied, also into another project and from a snapshot, by who
// may change both; what reaches the host is not copied by an OPERATOR.
func TestAnInstanceIsCopied(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	project, other, name := newProject(t, "true"), newProject(t, "true"), newName()
	asked := map[string]any{"n": name, "p": project, "o": other, "c": name + "c", "d": name + "d", "s": name + "s"}
	server.must(t, admin, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	server.walk(t, admin, asked, []step{
		{`updateInstance(name: $n, project: $p, input: {description: "shop"}) { instance { name } }`, "", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {devices: {extra: {type: "none"}}}) { instance { name } }`, "", nil, nil},
		{`addTag(name: $n, project: $p, tag: "web") { instance { name } }`, "", nil, nil},
		{`createInstanceSnapshot(instance: $n, project: $p, name: "s0", wait: 60) { snapshot { name } }`, "", nil, nil},
		{`addTag(name: $n, project: $p, tag: "later") { instance { name } }`, "", nil, nil},
		{`copyInstance(name: $n, project: $p, input: {name: "-"}) { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`copyInstance(name: $n, project: $p, input: {name: $n}) { instance { name } }`, "ALREADY_EXISTS", nil, nil},
		{`copyInstance(name: "nope", project: $p, input: {name: $c}) { instance { name } }`, "NOT_FOUND", nil, nil},
		{`copyInstance(name: $n, project: $p, input: {name: $c, snapshot: "nope"}) { instance { name } }`, "NOT_FOUND", nil, nil},
		{`copyInstance(name: $n, project: $p, input: {name: $c, profiles: ["nope"]}) { instance { name } }`, "NOT_FOUND", nil, nil},
		{`createInstance(input: {name: $c, project: $p, profiles: ["nope"], source: {alias: "busybox"}}) { instance { name } }`, "NOT_FOUND", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {profiles: ["nope"]}) { instance { name } }`, "NOT_FOUND", nil, nil},
		{`copyInstance(name: $n, project: $p, input: {name: $c, start: true}, wait: 60) { instance { status description tags snapshots { name } devices { name } } operation { status } }`, "", []any{"copyInstance", "instance", "snapshots", 0, "name"}, "s0"},
		{`copyInstance(name: $n, project: $p, input: {name: $s, snapshot: "s0", config: {user: "x"}}, wait: 60) { instance { tags snapshots { name } } }`, "OPERATION_FAILED", nil, nil},
		{`copyInstance(name: $n, project: $p, input: {name: $s, snapshot: "s0"}, wait: 60) { instance { tags snapshots { name } } }`, "", []any{"copyInstance", "instance", "tags", 1}, nil},
		{`copyInstance(name: $n, project: $p, input: {name: $d, project: $o, instanceOnly: true}, wait: 60) { instance { project { name } } }`, "", []any{"copyInstance", "instance", "project", "name"}, other},
		{`createInstance(input: {name: "x", project: $p, source: {type: COPY, instance: $n, alias: "busybox"}}) { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`createInstance(input: {name: "x", project: $p, source: {type: SNAPSHOT, instance: $n}}) { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`createInstance(input: {name: "x", project: $p, source: {type: MIGRATION, server: "http://127.0.0.1", secrets: {}}}) { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`migrateInstance(name: $n, project: $p, input: {}) { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`migrateInstance(name: $n, project: $p, input: {target: "nowhere"}) { instance { name } }`, "NOT_FOUND", nil, nil},
		{`migrateInstance(name: $c, project: $p, input: {project: $o}) { instance { name } }`, "CONFLICT", nil, nil},
		{`migrateInstance(name: $s, project: $p, input: {project: $o}, wait: 60) { instance { project { name } } }`, "", []any{"migrateInstance", "instance", "project", "name"}, other},
		{`migrateInstance(name: $n, project: $p, input: {project: $o, name: $d}) { instance { name } }`, "ALREADY_EXISTS", nil, nil},
		{`rebuildInstance(name: $n, project: $p, source: {type: NONE}) { instance { name } }`, "LXD_EXTENSION_MISSING", nil, nil},
		{`setInstanceState(name: $c, project: $p, action: STOP, force: true, wait: 60) { instance { status } }`, "", []any{"setInstanceState", "instance", "status"}, "STOPPED"},
		{`setInstanceState(name: $c, project: $p, action: STOP) { instance { status } }`, "CONFLICT", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {devices: {host: {type: "disk", source: "/etc", path: "/mnt"}}}) { instance { name } }`, "", nil, nil},
	})
	server.demote(t, "OPERATOR")
	refused := server.ask(t, server.login(t), `mutation($n: String!, $p: String, $c: String!) { copyInstance(name: $n, project: $p, input: {name: $c}) { instance { name } } }`, map[string]any{"n": name, "p": project, "c": name + "x"})
	if refused.code() != "FORBIDDEN" || refused.Errors[0].Extensions["argument"] != "input.devices.host" {
		t.Errorf("an operator copies a disk of the host: %s", refused.Text)
	}
}

// A configuration key of several lines is root on LXD's host: 5.0.2 writes it
// into a file that liblxc reads. It is refused to everybody.
func TestAKeyIsOneLine(t *testing.T) {
	server := onRealLXD(t)
	project, name := newProject(t, "true"), newName()
	config := map[string]any{"environment.A=x\nlxc.hook.pre-start = /bin/true\nlxc.environment = B": "x"}
	for _, role := range []string{"ADMIN", "OPERATOR"} {
		server.demote(t, role)
		refused := server.ask(t, server.login(t), `mutation($n: String!, $p: String, $c: StringMap!) { createInstance(input: {name: $n, project: $p, source: {alias: "busybox"}, config: $c}) { instance { name } } }`, map[string]any{"n": name, "p": project, "c": config})
		if refused.code() != "BAD_USER_INPUT" {
			t.Errorf("to an %s: %s", role, refused.Text)
		}
	}
	for key, value := range map[string]string{"snapshots.pattern": `{% include "/etc/passwd" %}`, "limits.cpu": "1\nlxc.x = y"} {
		refused := server.ask(t, server.login(t), `mutation($n: String!, $p: String, $c: StringMap!) { createInstance(input: {name: $n, project: $p, source: {alias: "busybox"}, config: $c}) { instance { name } } }`, map[string]any{"n": name, "p": project, "c": map[string]any{key: value}})
		if refused.code() != "FORBIDDEN" || refused.Errors[0].Extensions["argument"] != "input.config."+key {
			t.Errorf("%s to an OPERATOR: %s", key, refused.Text)
		}
	}
}

// Backups, what the image's maker wrote, and templates, which LXD renders on its host.
func TestBackupsAndMetadataOfAnInstance(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	project, name := newProject(t, "true"), newName()
	asked := map[string]any{"n": name, "p": project}
	server.must(t, admin, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	server.walk(t, admin, asked, []step{
		{`createInstanceBackup(instance: $n, project: $p, input: {name: "a/b"}) { backup { name } }`, "BAD_USER_INPUT", nil, nil},
		{`createInstanceBackup(instance: $n, project: $p, input: {name: "b0", expiresAt: "2020-01-01T00:00:00Z"}) { backup { name } }`, "BAD_USER_INPUT", nil, nil},
		{`createInstanceBackup(instance: $n, project: $p, input: {name: "b0", compression: SQUASHFS}) { backup { name } }`, "BAD_USER_INPUT", nil, nil},
		{`createInstanceBackup(instance: "nope", project: $p, input: {name: "b0"}) { backup { name } }`, "NOT_FOUND", nil, nil},
		{`createInstanceBackup(instance: $n, project: $p, input: {name: "b0", compression: NONE, instanceOnly: true}, wait: 60) { backup { name instanceOnly } operation { status } }`, "", []any{"createInstanceBackup", "backup", "instanceOnly"}, true},
		{`createInstanceBackup(instance: $n, project: $p, input: {name: "b0"}) { backup { name } }`, "ALREADY_EXISTS", nil, nil},
		{`renameInstanceBackup(instance: $n, project: $p, name: "b0", newName: "b1", wait: 60) { backup { name } }`, "", []any{"renameInstanceBackup", "backup", "name"}, "b1"},
		{`deleteInstanceBackup(instance: $n, project: $p, name: "b0") { deletedId }`, "NOT_FOUND", nil, nil},
		{`deleteInstanceBackup(instance: $n, project: $p, name: "b1", wait: 60) { operation { status } }`, "", []any{"deleteInstanceBackup", "operation", "status"}, "SUCCESS"},
		{`updateInstanceMetadata(name: $n, project: $p, input: {properties: {os: null, shop: "yes"}}) { instance { imageMetadata { properties } } }`, "", []any{"updateInstanceMetadata", "instance", "imageMetadata", "properties", "shop"}, "yes"},
		{`updateInstanceMetadata(name: $n, project: $p, input: {properties: {a: "b"}}, ifMatch: "another") { instance { name } }`, "PRECONDITION_FAILED", nil, nil},
		{`setInstanceTemplate(name: $n, project: $p, template: "../x", content: "x") { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`setInstanceTemplate(name: $n, project: $p, template: "hosts.tpl", content: "{{ container.name }}") { instance { name } }`, "", nil, nil},
		{`updateInstanceMetadata(name: $n, project: $p, input: {templates: [{path: "etc", template: "hosts.tpl"}]}) { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`updateInstanceMetadata(name: $n, project: $p, input: {templates: [{path: "/etc/hosts", when: ["start"], template: "hosts.tpl"}]}) { instance { templates { path template content } } }`, "", []any{"updateInstanceMetadata", "instance", "templates", 0, "content"}, "{{ container.name }}"},
		{`startInstance(name: $n, project: $p, wait: 60) { instance { status } }`, "", []any{"startInstance", "instance", "status"}, "RUNNING"},
		{`updateInstanceMetadata(name: $n, project: $p, input: {templates: [{path: "/etc/hosts"}]}) { instance { templates { path } } }`, "", []any{"updateInstanceMetadata", "instance", "templates", 0}, nil},
		{`deleteInstanceTemplate(name: $n, project: $p, template: "hosts.tpl") { instance { name } }`, "", nil, nil},
		{`deleteInstanceTemplate(name: $n, project: $p, template: "hosts.tpl") { instance { name } }`, "NOT_FOUND", nil, nil},
		{`deleteInstanceLog(name: $n, project: $p, log: "lxc.conf") { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`clearInstanceConsoleLog(name: $n, project: $p) { instance { name } }`, "", nil, nil},
	})
	server.demote(t, "OPERATOR")
	for _, mutation := range []string{
		`setInstanceTemplate(name: $n, project: $p, template: "x.tpl", content: "x") { instance { name } }`,
		`updateInstanceMetadata(name: $n, project: $p, input: {templates: [{path: "/etc/hosts", template: "x.tpl"}]}) { instance { name } }`,
	} {
		server.walk(t, server.login(t), asked, []step{{mutation, "FORBIDDEN", nil, nil}})
	}
}

// lacks tells whether the plan of a mutation, asked as it, names as many things
// that are not there.
func (s *running) lacks(t *testing.T, token, project string, want int, mutation string) {
	t.Helper()
	told := s.must(t, token, "mutation($p: String!) { it: "+mutation+" { plan { blockers { code message } } } }", map[string]any{"p": project})
	if got := strings.Count(told.Text, `"NOT_FOUND"`); got != want {
		t.Errorf("%s: %d are not there, not %d: %s", mutation, got, want, told.Text)
	}
}

// What a change would do is told, and nothing is changed.
func TestADryRunChangesNothing(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project, name := newProject(t, "true"), newName()
	asked := map[string]any{"n": name, "p": project}
	server.must(t, token, createBusybox, map[string]any{"name": name, "project": project, "start": true, "wait": 60})
	server.walk(t, token, asked, []step{
		{`createInstance(input: {name: "x", project: $p, source: {alias: "busybox"}}, dryRun: true) { instance { name } operation { id } plan { request { method path body } changes { field after } blockers { code } } }`, "", []any{"createInstance", "plan", "request", "method"}, "POST"},
		{`createInstance(input: {name: $n, project: $p, source: {alias: "busybox"}}, dryRun: true) { plan { blockers { code message } } }`, "", []any{"createInstance", "plan", "blockers", 0, "code"}, "ALREADY_EXISTS"},
		{`createInstance(input: {name: "-", project: $p, source: {alias: "busybox"}}, dryRun: true) { plan { blockers { code } } }`, "BAD_USER_INPUT", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {description: "new"}, dryRun: true) { plan { changes { field before after } } }`, "", []any{"updateInstance", "plan", "changes", 0, "after"}, "new"},
		{`deleteInstance(name: $n, project: $p, dryRun: true) { deletedId plan { blockers { code message } } }`, "", []any{"deleteInstance", "plan", "blockers", 0, "code"}, "CONFLICT"},
		{`deleteInstance(name: $n, project: $p, force: true, dryRun: true) { deletedId plan { request { method } blockers { code } } }`, "", []any{"deleteInstance", "plan", "request", "method"}, "DELETE"},
	})
	live := server.must(t, token, `mutation($n: String!, $p: String, $c: StringMap!) { updateInstance(name: $n, project: $p, input: {config: $c}, dryRun: true) { plan { changes { field after } blockers { code message } } } }`, map[string]any{"n": name, "p": project, "c": map[string]any{"limits.cpu": "1", "security.nesting": "true"}})
	if live.at("updateInstance", "plan", "blockers", 0, "code") != "RESTART_NEEDED" || live.at("updateInstance", "plan", "blockers", 1) != nil || live.at("updateInstance", "plan", "changes", 0, "field") != "config.limits.cpu" {
		t.Errorf("what waits for a restart: %s", live.Text)
	}
	server.lacks(t, token, project, 5, `createInstance(input: {name: "x", project: $p, source: {alias: "nowhere"}, profiles: ["default", "nobodys"], devices: {
		eth9: {type: "nic", network: "nonet"}, d1: {type: "disk", pool: "default", source: "novolume", path: "/d"}, d2: {type: "disk", pool: "nopool", path: "/", size: "1GiB"}}}, dryRun: true)`)
	server.lacks(t, token, project, 1, `createInstance(input: {name: "x", project: $p, source: {fingerprint: "0000000000000000000000000000000000000000000000000000000000000000"}}, dryRun: true)`)
	server.lacks(t, token, project, 2, `updateInstance(name: "`+name+`", project: $p, input: {profiles: ["nobodys"], devices: {eth9: {type: "nic", network: "lo"}}}, dryRun: true)`)
	server.lacks(t, token, project, 1, `createProfile(input: {name: "x", project: $p, devices: {eth9: {type: "nic", network: "nonet"}}}, dryRun: true)`)
	server.lacks(t, token, project, 1, `updateProfile(name: "default", project: $p, input: {devices: {d1: {type: "disk", pool: "default", source: "novolume", path: "/d"}}}, dryRun: true)`)
	after := server.must(t, token, `query($n: String!, $p: String) { instance(name: $n, project: $p) { status description config } instances(project: $p) { totalCount } }`, map[string]any{"n": name, "p": project})
	if after.at("instances", "totalCount") != 1.0 || after.at("instance", "description") != "" || strings.Contains(after.Text, "nesting") || after.at("instance", "status") != "RUNNING" {
		t.Errorf("something has changed: %s", after.Text)
	}
}
