package e2e

import (
	"strings"
	"testing"
)

// newStorageProject makes a project with volumes of its own, and removes it
// with what the story has left in it on the pools.
func newStorageProject(t *testing.T, limits map[string]string, pools ...string) string {
	t.Helper()
	ask := lxdClient(t)
	name := newName()
	config := map[string]string{"features.images": "false", "features.profiles": "false", "features.networks": "false", "features.storage.volumes": "true"}
	for key, limit := range limits {
		config[key] = limit
	}
	if answer := ask("POST", "/1.0/projects", map[string]any{"name": name, "config": config}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	t.Cleanup(func() {
		for _, pool := range pools {
			volumes, _ := ask("GET", "/1.0/storage-pools/"+pool+"/volumes/custom?project="+name, nil)["metadata"].([]any)
			for _, address := range volumes {
				waitRaw(ask, ask("DELETE", address.(string), nil))
			}
		}
		if answer := ask("DELETE", "/1.0/projects/"+name, nil); answer["type"] == "error" {
			t.Errorf("the project %s stays: %v", name, answer["error"])
		}
	})
	return name
}

// newPool makes a btrfs pool, which can tell and limit what is used.
func newPool(t *testing.T) string {
	t.Helper()
	ask := lxdClient(t)
	name := newName()
	if answer := ask("POST", "/1.0/storage-pools", map[string]any{"name": name, "driver": "btrfs", "config": map[string]string{"size": "256MiB"}}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	t.Cleanup(func() {
		if answer := ask("DELETE", "/1.0/storage-pools/"+name, nil); answer["type"] == "error" {
			t.Errorf("the pool %s stays: %v", name, answer["error"])
		}
	})
	return name
}

// A custom volume is its project's OPERATOR's; what of it reaches the host is not.
func TestStorageVolumeWrites(t *testing.T) {
	server := onRealLXD(t)
	pool := newPool(t)
	project := newStorageProject(t, nil, pool, "default")
	in := strings.NewReplacer("POOL", pool, "PROJECT", project)
	story := func(token string, some ...storageStep) {
		t.Helper()
		for n := range some {
			some[n].question = `mutation { ` + in.Replace(some[n].question) + ` }`
		}
		storageSteps(t, server, token, some)
	}
	const create = `createStorageVolume(input: {pool: "POOL", project: "PROJECT", name: "v", description: "data", sizeBytes: 20971520}, wait: 60) { storageVolume { sizeBytes } }`
	server.demote(t, "VIEWER")
	story(server.login(t), storageStep{question: create, code: "FORBIDDEN"})
	server.demote(t, "OPERATOR")
	token := server.login(t)
	with := func(input string) string {
		return `createStorageVolume(input: {pool: "POOL", project: "PROJECT", ` + input + `}) { storageVolume { name } }`
	}
	keyed := strings.Replace(create, "wait: 60", `wait: 60, idempotencyKey: "POOL"`, 1)
	story(token,
		storageStep{question: with(`name: "a/b"`), code: "BAD_USER_INPUT", argument: "input.name"},
		storageStep{question: with(`name: ".."`), code: "BAD_USER_INPUT", argument: "input.name"},
		storageStep{question: with(`name: "v", sizeBytes: 0`), code: "BAD_USER_INPUT", argument: "input.sizeBytes"},
		storageStep{question: with(`name: "v", sizeBytes: 1, config: {size: "1"}`), code: "BAD_USER_INPUT", argument: "input.sizeBytes"},
		storageStep{question: with(`name: "v", config: {size: "huge"}`), code: "BAD_USER_INPUT", argument: "input.config.size"},
		storageStep{question: with(`name: "v", target: "n1"`), code: "BAD_USER_INPUT", argument: "input.target"},
		storageStep{question: with(`name: "v", contentType: ISO`), code: "BAD_USER_INPUT", argument: "input.contentType"},
		storageStep{question: with(`name: "v", config: {nope: "1"}`), code: "FORBIDDEN", argument: "input.config.nope"},
		storageStep{question: strings.Replace(with(`name: "v"`), "POOL", "nope", 1), code: "NOT_FOUND"},
		storageStep{question: strings.Replace(with(`name: "v"`), "PROJECT", "nope", 1), code: "NOT_FOUND"},
		storageStep{question: strings.Replace(create, "60)", "60, dryRun: true)", 1) + ` list: createStorageVolume(input: {pool: "POOL", project: "PROJECT", name: "w"}, dryRun: true) { plan { request { method path body } changes { field after } blockers { code } } }`, path: []any{"list", "plan", "request", "method"}, want: "POST"},
		storageStep{question: keyed, path: []any{"createStorageVolume", "storageVolume", "sizeBytes"}, want: 20971520.0},
		storageStep{question: keyed, path: []any{"createStorageVolume", "storageVolume", "sizeBytes"}, want: 20971520.0},
		storageStep{question: strings.Replace(keyed, "data", "other", 1), code: "CONFLICT"},
		storageStep{question: create, code: "ALREADY_EXISTS"},
		storageStep{question: strings.Replace(create, "60) {", "60, dryRun: true) { plan { blockers { code } }", 1), path: []any{"createStorageVolume", "plan", "blockers", 0, "code"}, want: "ALREADY_EXISTS"},
	)
	volumeUpdates(t, server, token, project, pool)
	of := func(mutation, arguments, answer string) string {
		return mutation + `(pool: "POOL", name: "v", project: "PROJECT", ` + arguments + `) { ` + answer + ` }`
	}
	story(token,
		storageStep{question: of("resizeStorageVolume", "sizeBytes: 41943040", "storageVolume { sizeBytes description }"), path: []any{"resizeStorageVolume", "storageVolume", "sizeBytes"}, want: 41943040.0},
		storageStep{question: of("resizeStorageVolume", "sizeBytes: 31457280", "storageVolume { sizeBytes description }"), path: []any{"resizeStorageVolume", "storageVolume", "description"}, want: "shop"},
		storageStep{question: of("resizeStorageVolume", "sizeBytes: 1024", "storageVolume { sizeBytes }"), code: "BAD_USER_INPUT", argument: "sizeBytes"},
		storageStep{question: of("resizeStorageVolume", "sizeBytes: 9007199254740991", "storageVolume { sizeBytes }"), code: "BAD_USER_INPUT", argument: "sizeBytes"},
		storageStep{question: with(`name: "disk", contentType: BLOCK, sizeBytes: 2097152`), path: []any{"createStorageVolume", "storageVolume", "name"}, want: "disk"},
		storageStep{question: strings.Replace(of("resizeStorageVolume", "sizeBytes: 1048576", "storageVolume { sizeBytes }"), `"v"`, `"disk"`, 1), code: "BAD_USER_INPUT", argument: "sizeBytes"},
		storageStep{question: of("renameStorageVolume", `newName: "disk"`, "storageVolume { name }"), code: "ALREADY_EXISTS"},
		storageStep{question: of("renameStorageVolume", `newName: "a/b"`, "storageVolume { name }"), code: "BAD_USER_INPUT", argument: "newName"},
		storageStep{question: of("renameStorageVolume", `newName: "w"`, "storageVolume { name }"), path: []any{"renameStorageVolume", "storageVolume", "name"}, want: "w"},
		storageStep{question: of("renameStorageVolume", `newName: "w"`, "storageVolume { name }"), code: "NOT_FOUND"},
		storageStep{question: strings.Replace(of("deleteStorageVolume", `wait: 60, dryRun: true`, "deletedId plan { request { method } }"), `"v"`, `"w"`, 1), path: []any{"deleteStorageVolume", "plan", "request", "method"}, want: "DELETE"},
		storageStep{question: strings.Replace(of("deleteStorageVolume", `wait: 60`, "operation { status }"), `"v"`, `"w"`, 1)},
		storageStep{question: strings.Replace(of("deleteStorageVolume", `wait: 60`, "operation { status }"), `"v"`, `"w"`, 1), code: "NOT_FOUND"},
	)
}

// volumeUpdates changes the volume v: its etag, its tags and its secrets.
func volumeUpdates(t *testing.T, server *running, token, project, pool string) {
	t.Helper()
	const update = `mutation($pool: String!, $p: String, $input: UpdateStorageVolumeInput!, $etag: String, $dry: Boolean = false) {
		updateStorageVolume(pool: $pool, name: "v", project: $p, input: $input, ifMatch: $etag, dryRun: $dry) { storageVolume { description tags config etag availableActions } plan { changes { field before after } } } }`
	type m = map[string]any
	ask := func(input m, more m) *answer {
		variables := m{"pool": pool, "p": project, "input": input}
		for key, value := range more {
			variables[key] = value
		}
		return server.ask(t, token, update, variables)
	}
	first := ask(m{"config": m{"user.tags": "a,b", "user.password": "hunter2"}}, nil)
	if first.at("updateStorageVolume", "storageVolume", "description") != "data" || first.at("updateStorageVolume", "storageVolume", "tags", 1) != "b" {
		t.Errorf("a key is set: %s", first.Text)
	}
	etag := first.at("updateStorageVolume", "storageVolume", "etag")
	planned := ask(m{"description": "shop", "config": m{"user.tags": nil}}, m{"dry": true})
	if planned.at("updateStorageVolume", "plan", "changes", 0, "field") != "config.user.tags" || planned.at("updateStorageVolume", "storageVolume", "description") != "data" {
		t.Errorf("a dry run: %s", planned.Text)
	}
	second := ask(m{"description": "shop", "config": m{"user.tags": nil}}, m{"etag": etag})
	if second.at("updateStorageVolume", "storageVolume", "config", "user.password") != "hunter2" || second.at("updateStorageVolume", "storageVolume", "tags", 0) != nil {
		t.Errorf("a key is taken away: %s", second.Text)
	}
	for argument, input := range map[string]m{
		"input.config.security.unmapped":   {"config": m{"security.unmapped": "true"}},
		"input.config.volatile.idmap.last": {"config": m{"volatile.idmap.last": "[]"}},
		"input.config.block.mount_options": {"config": m{"block.mount_options": "suid"}},
	} {
		if refused := ask(input, nil); refused.code() != "FORBIDDEN" || refused.Errors[0].Extensions["argument"] != argument {
			t.Errorf("%v: %s", input, refused.Text)
		}
	}
	for code, refused := range map[string]*answer{
		"PRECONDITION_FAILED": ask(m{"description": "late"}, m{"etag": etag}),
		"BAD_USER_INPUT":      ask(m{"config": m{"size": "1"}}, nil),
	} {
		if refused.code() != code {
			t.Errorf("want %s: %s", code, refused.Text)
		}
	}
}
