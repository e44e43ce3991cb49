package e2e

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

const instanceParts = `query($name: String!, $project: String) { instance(name: $name, project: $project) {
	backups { id name instanceOnly instance { name } project { name } }
	snapshots { name sizeBytes architecture config(prefix: "image.") devices { name } profiles { name } instance { name } project { name } }
	logs { name content(maxBytes: 4096) } consoleLog imageMetadata { createdAt properties }
	templates { path when createOnly template properties content } etag
	usage { cpuPercent memoryPercent } scalingBounds { minCores maxCores minMemoryMiB maxMemoryMiB } uefiVars } }`

// Everything that hangs on an instance comes in one answer, and what cannot be
// had is one null with its reason.
func TestAnInstanceShowsWhatHangsOnIt(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	name := newName()
	ask := lxdClient(t)
	at := "/1.0/instances/" + name
	in := "?project=" + url.QueryEscape(project)
	server.must(t, token, createBusybox, map[string]any{"name": name, "project": project, "start": true, "wait": 60})
	for path, body := range map[string]any{
		"/snapshots": map[string]any{"name": "s0"}, "/backups": map[string]any{"name": "b0", "instance_only": true},
	} {
		waitRaw(ask, ask("POST", at+path+in, body))
	}
	ask("PATCH", at+in, map[string]any{"config": map[string]string{
		"limits.memory": "256MiB", "user.autoscale.max_cores": "3", "user.autoscale.max_memory": "2GiB", "user.autoscale.min_memory": "128"}})
	ask("PATCH", at+"/metadata"+in, map[string]any{"templates": map[string]any{
		"/etc/motd": map[string]any{"when": []string{"start"}, "create_only": true, "template": "motd.tpl", "properties": map[string]string{"a": "b"}}}})
	ask("POST", at+"/metadata/templates"+in+"&path=motd.tpl", "welcome")

	read := server.ask(t, token, instanceParts, map[string]any{"name": name, "project": project})
	if len(read.Errors) != 1 || read.code() != "LXD_EXTENSION_MISSING" || read.at("instance", "uefiVars") != nil {
		t.Errorf("only the firmware's variables are missing: %s", read.Text)
	}
	for _, want := range []struct {
		value any
		path  []any
	}{
		{"b0", []any{"backups", 0, "name"}}, {true, []any{"backups", 0, "instanceOnly"}}, {name, []any{"backups", 0, "instance", "name"}},
		{project, []any{"backups", 0, "project", "name"}}, {"s0", []any{"snapshots", 0, "name"}}, {"default", []any{"snapshots", 0, "profiles", 0, "name"}},
		{nil, []any{"snapshots", 0, "sizeBytes"}}, {"eth0", []any{"snapshots", 0, "devices", 0, "name"}}, {"busybox", []any{"snapshots", 0, "config", "image.os"}},
		{name, []any{"snapshots", 0, "instance", "name"}}, {"busybox", []any{"imageMetadata", "properties", "os"}},
		{"/etc/motd", []any{"templates", 0, "path"}}, {true, []any{"templates", 0, "createOnly"}}, {"start", []any{"templates", 0, "when", 0}},
		{`"welcome"`, []any{"templates", 0, "content"}}, {1.0, []any{"scalingBounds", "minCores"}}, {3.0, []any{"scalingBounds", "maxCores"}},
		{128.0, []any{"scalingBounds", "minMemoryMiB"}}, {2048.0, []any{"scalingBounds", "maxMemoryMiB"}},
	} {
		if got := into(read.at("instance"), want.path...); got != want.value {
			t.Errorf("%v is %v, want %v", want.path, got, want.value)
		}
	}
	if percent, ok := read.at("instance", "usage", "cpuPercent").(float64); !ok || percent < 0 {
		t.Errorf("processor: %v", read.at("instance", "usage"))
	}
	if percent, ok := read.at("instance", "usage", "memoryPercent").(float64); !ok || percent <= 0 || percent > 100 {
		t.Errorf("memory: %v", read.at("instance", "usage"))
	}
	if content, _ := read.at("instance", "logs", 0, "content").(string); read.at("instance", "logs", 0, "name") != "lxc.conf" || !strings.Contains(content, "lxc.uts.name = "+name) {
		t.Errorf("logs: %v", read.at("instance", "logs"))
	}
	if tag, _ := read.at("instance", "etag").(string); len(tag) != 64 {
		t.Errorf("etag: %q", tag)
	}
	node := server.must(t, token, `query($id: ID!) { node(id: $id) { ... on InstanceBackup { name instance { status } } } }`, map[string]any{"id": read.at("instance", "backups", 0, "id")})
	if node.at("node", "name") != "b0" || node.at("node", "instance", "status") != "RUNNING" {
		t.Errorf("node: %s", node.Text)
	}
	if refused := server.ask(t, token, `query($n: String!, $p: String) { instance(name: $n, project: $p) { logs { content(maxBytes: 0) } } }`, map[string]any{"n": name, "p": project}); refused.code() != "BAD_USER_INPUT" {
		t.Errorf("no bytes of a log: %s", refused.Text)
	}
}

// A VIEWER reads what LXD says of an instance, and not what is inside of it.
func TestAViewerSeesNoSecretsInLogs(t *testing.T) {
	server := onRealLXD(t)
	project := newProject(t, "true")
	name := newName()
	token := server.login(t)
	server.must(t, token, `mutation($name: String!, $project: String, $config: StringMap) {
		createInstance(input: {name: $name, project: $project, source: {alias: "busybox"}, start: true, config: $config}, wait: 60) { operation { status } } }`,
		map[string]any{"name": name, "project": project, "config": map[string]string{"environment.PASSWORD": "hush-hush"}})
	const logs = `query($n: String!, $p: String) { instance(name: $n, project: $p) { logs { name content } consoleLog } }`
	variables := map[string]any{"n": name, "p": project}
	if read := server.must(t, token, logs, variables); !strings.Contains(read.Text, "hush-hush") {
		t.Errorf("LXD keeps the environment in a log no more: %s", read.Text)
	}
	server.demote(t, "VIEWER")
	read := server.ask(t, server.login(t), logs, variables)
	if strings.Contains(read.Text, "hush-hush") || len(read.Errors) != 2 {
		t.Errorf("a viewer reads: %s", read.Text)
	}
	for _, refused := range read.Errors {
		if refused.Extensions["code"] != "FORBIDDEN" {
			t.Errorf("refused with %v", refused)
		}
	}
	if read.at("instance", "logs", 1, "name") != "lxc.log" || read.at("instance", "logs", 1, "content") == nil || read.at("instance", "consoleLog") != nil {
		t.Errorf("a viewer reads what LXD says: %s", read.Text)
	}
}

// Who works on an instance is found from both sides.
func TestOperationsAndWhatTheyWorkOn(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	name := newName()
	made := server.must(t, token, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	begun := time.Now()
	read := server.must(t, token, `query($id: ID!, $n: String!, $p: String) {
		operation(id: $id) { entities { id ... on Instance { name } } } instance(name: $n, project: $p) { id operations { description entities { id } } } }`,
		map[string]any{"id": made.at("createInstance", "operation", "id"), "n": name, "p": project})
	if time.Since(begun) > 3*time.Second {
		t.Skip("LXD has forgotten the operation by now")
	}
	id := read.at("instance", "id")
	if read.at("operation", "entities", 0, "id") != id || read.at("instance", "operations", 0, "entities", 0, "id") != id {
		t.Errorf("the instance %v: %s", id, read.Text)
	}
	if several, ok := read.at("operation", "entities").([]any); !ok || len(several) != 1 {
		t.Errorf("an instance comes once: %v", several)
	}
}
