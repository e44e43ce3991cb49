package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Who may not change an instance changes nothing; who may, changes just what is said.
func TestSmallChangesOfAnInstance(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	name := newName()
	server.must(t, token, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	asked := map[string]any{"n": name, "p": project, "f": name + "-files", "b": name + "-block"}
	server.walk(t, token, asked, []step{
		{`addTag(name: $n, project: $p, tag: "a,b") { instance { tags } }`, "BAD_USER_INPUT", nil, nil},
		{`addTag(name: $n, project: $p, tag: "web") { instance { tags } }`, "", []any{"addTag", "instance", "tags", 0}, "web"},
		{`updateInstance(name: $n, project: $p, input: {description: "shop", config: {limits: "x"}}) { instance { name } }`, "OPERATION_FAILED", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {description: "shop"}, ifMatch: "seen before") { instance { name } }`, "PRECONDITION_FAILED", nil, nil},
		{`updateInstance(name: $n, project: $p, input: {description: "shop"}) { instance { description tags } }`, "", []any{"updateInstance", "instance", "tags", 0}, "web"},
		{`scaleInstanceCpu(name: $n, project: $p, cores: 129) { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`scaleInstanceCpu(name: $n, project: $p, cores: 1) { instance { limits { cpu } } }`, "", []any{"scaleInstanceCpu", "instance", "limits", "cpu"}, "1"},
		{`scaleInstanceMemory(name: $n, project: $p, memoryMiB: 128) { instance { limits { memoryBytes } } }`, "", []any{"scaleInstanceMemory", "instance", "limits", "memoryBytes"}, 134217728.0},
		{`setScalingBounds(name: $n, project: $p, maxCores: 1) { instance { scalingBounds { maxCores } } }`, "", []any{"setScalingBounds", "instance", "scalingBounds", "maxCores"}, 1.0},
		{`scaleInstanceCpu(name: $n, project: $p, cores: 2) { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`growInstanceDisk(name: $n, project: $p, byGiB: 1) { instance { name } }`, "CONFLICT", nil, nil},
		{`detachNic(name: $n, project: $p, device: "nope") { instance { name } }`, "NOT_FOUND", nil, nil},
		{`attachVolume(name: $n, project: $p, pool: "default", volume: "nope", path: "/data") { instance { name } }`, "NOT_FOUND", nil, nil},
		{`attachNic(name: $n, project: $p, network: "nope", device: "eth7") { instance { name } }`, "NOT_FOUND", nil, nil},
		{`attachNic(name: $n, project: $p, network: "lo", device: "eth7") { instance { name } }`, "NOT_FOUND", nil, nil},
		{`attachNic(name: "nope", project: $p, network: "nope", device: "eth7") { instance { name } }`, "NOT_FOUND", nil, nil},
		{`createStorageVolume(input: {pool: "default", project: $p, name: $f}, wait: 30) { storageVolume { name } }`, "", nil, nil},
		{`createStorageVolume(input: {pool: "default", project: $p, name: $b, contentType: BLOCK, sizeBytes: 8388608}, wait: 30) { storageVolume { name } }`, "", nil, nil},
		{`attachVolume(name: $n, project: $p, pool: "default", volume: $f) { instance { name } }`, "BAD_USER_INPUT", nil, nil},
		{`attachVolume(name: $n, project: $p, pool: "default", volume: $b) { instance { name } }`, "CONFLICT", nil, nil},
		{`attachVolume(name: $n, project: $p, pool: "default", volume: $b, path: "/data") { instance { name } }`, "CONFLICT", nil, nil},
		{`attachVolume(name: $n, project: $p, pool: "default", volume: $f, path: "/data") { instance { name } }`, "", nil, nil},
		{`detachVolume(name: $n, project: $p, device: $f) { instance { name } }`, "", nil, nil},
		{`deleteStorageVolume(pool: "default", project: $p, name: $f, wait: 30) { deletedId }`, "", nil, nil},
		{`deleteStorageVolume(pool: "default", project: $p, name: $b, wait: 30) { deletedId }`, "", nil, nil},
		{`createInstanceSnapshot(instance: $n, project: $p, name: "a b") { snapshot { name } }`, "BAD_USER_INPUT", nil, nil},
		{`createInstanceSnapshot(instance: $n, project: $p, name: "s0", wait: 60) { snapshot { name tags availableActions } }`, "", []any{"createInstanceSnapshot", "snapshot", "tags", 0}, "web"},
		{`createInstanceSnapshot(instance: $n, project: $p, name: "s0", wait: 60) { snapshot { name } }`, "ALREADY_EXISTS", nil, nil},
		{`renameInstanceSnapshot(instance: $n, project: $p, name: "s0", newName: "s1", wait: 60) { snapshot { name } }`, "", []any{"renameInstanceSnapshot", "snapshot", "name"}, "s1"},
		{`removeTag(name: $n, project: $p, tag: "web") { instance { config } }`, "", []any{"removeTag", "instance", "config", "user.tags"}, nil},
		{`restoreInstance(name: $n, project: $p, snapshot: "s1", stateful: true, wait: 60) { instance { tags } }`, "CONFLICT", nil, nil},
		{`restoreInstance(name: $n, project: $p, snapshot: "s1", wait: 60) { instance { tags } }`, "", []any{"restoreInstance", "instance", "tags", 0}, "web"},
		{`deleteInstanceSnapshot(instance: $n, project: $p, name: "s1", wait: 60) { operation { status } }`, "", []any{"deleteInstanceSnapshot", "operation", "status"}, "SUCCESS"},
		{`restoreInstance(name: $n, project: $p, snapshot: "s1") { instance { name } }`, "NOT_FOUND", nil, nil},
		{`renameInstance(name: $n, project: $p, newName: "-x") { instance { name } }`, "BAD_USER_INPUT", nil, nil},
	})
	server.demote(t, "VIEWER")
	server.walk(t, server.login(t), asked, []step{{`addTag(name: $n, project: $p, tag: "x") { instance { tags } }`, "FORBIDDEN", nil, nil},
		{`attachNic(name: $n, project: $p, network: "nope", device: "eth7") { instance { name } }`, "FORBIDDEN", nil, nil}})
}

// What reaches the host is an ADMIN's, in an update as in a create.
func TestAnUpdateDoesNotReachTheHost(t *testing.T) {
	const update = `mutation($n: String!, $p: String, $input: UpdateInstanceInput!) { updateInstance(name: $n, project: $p, input: $input) { instance { name } } }`
	server := onRealLXD(t)
	project := newProject(t, "true")
	name := newName()
	admin := server.login(t)
	server.must(t, admin, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	server.must(t, admin, `mutation($n: String!, $p: String) { updateInstance(name: $n, project: $p, input: {config: {linux_: null}, devices: {host: {type: "disk", source: "/etc", path: "/mnt"}}}) { instance { name } } }`, map[string]any{"n": name, "p": project})
	server.must(t, admin, `mutation($p: String) { createProfile(input: {name: "low", project: $p, devices: {cover: {type: "disk", source: "/etc", path: "/mnt/low"}}}) { profile { name } } }`, map[string]any{"p": project})
	server.must(t, admin, `mutation($n: String!, $p: String) { updateInstance(name: $n, project: $p, input: {profiles: ["low", "default"], devices: {cover: {type: "none"}}}) { instance { name } } }`, map[string]any{"n": name, "p": project})
	t.Cleanup(func() {
		lxd := lxdClient(t)
		waitRaw(lxd, lxd("DELETE", "/1.0/instances/"+name+"?project="+project, nil))
		lxd("DELETE", "/1.0/profiles/low?project="+project, nil)
	})
	server.demote(t, "OPERATOR")
	operator := server.login(t)
	type m = map[string]any
	for argument, input := range map[string]m{
		"input.config.security.privileged": {"config": m{"security.privileged": "true"}},
		"input.devices.root2":              {"devices": m{"root2": m{"type": "disk", "source": "/", "path": "/host"}}},
		"input.devices.host":               {"devices": m{"host": m{"path": "/elsewhere"}}},
		"input.devices.gpu":                {"devices": m{"gpu": m{"type": "gpu"}}},
	} {
		refused := server.ask(t, operator, update, m{"n": name, "p": project, "input": input})
		if refused.code() != "FORBIDDEN" || refused.Errors[0].Extensions["argument"] != argument {
			t.Errorf("%v: %s", input, refused.Text)
		}
	}
	if refused := server.ask(t, operator, update, m{"n": name, "p": project, "input": m{"devices": m{"host": nil}}}); refused.code() != "FORBIDDEN" {
		t.Errorf("an operator takes away what reaches the host: %s", refused.Text)
	}
	if refused := server.ask(t, operator, update, m{"n": name, "p": project, "input": m{"devices": m{"cover": nil}}}); refused.code() != "FORBIDDEN" {
		t.Errorf("an operator uncovers a profile's disk of the host: %s", refused.Text)
	}
	server.must(t, operator, `mutation($n: String!, $p: String) { updateInstance(name: $n, project: $p, input: {description: "fine"}) { instance { name } } }`, map[string]any{"n": name, "p": project})
}

// Fifty people tag one instance and give it devices at once, and nothing is lost.
func TestFiftyChangesAtOnce(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	name := newName()
	server.must(t, token, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	var changing sync.WaitGroup
	for n := range 25 {
		asked := map[string]any{"n": name, "p": project, "tag": fmt.Sprintf("t%02d", n), "devices": map[string]any{fmt.Sprintf("d%02d", n): map[string]any{"type": "none"}}}
		changing.Go(func() {
			server.must(t, token, `mutation($n: String!, $p: String, $tag: String!) { addTag(name: $n, project: $p, tag: $tag) { instance { name } } }`, asked)
		})
		changing.Go(func() {
			server.must(t, token, `mutation($n: String!, $p: String, $devices: DeviceMap!) { updateInstance(name: $n, project: $p, input: {devices: $devices}) { instance { name } } }`, asked)
		})
	}
	changing.Wait()
	after := server.must(t, token, `query($n: String!, $p: String) { instance(name: $n, project: $p) { tags devices { name } } }`, map[string]any{"n": name, "p": project})
	tags := after.at("instance", "tags").([]any)
	for n := range 25 {
		if !slices.Contains(tags, any(fmt.Sprintf("t%02d", n))) {
			t.Errorf("t%02d is lost", n)
		}
		if !strings.Contains(after.Text, fmt.Sprintf(`"d%02d"`, n)) {
			t.Errorf("d%02d is lost", n)
		}
	}
}
