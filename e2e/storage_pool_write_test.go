package e2e

import (
	"strings"
	"testing"
)

// storageStep is one question of a story and what has to come of it: a code, and with
// an argument whose; or the value at a path of the answer.
type storageStep struct {
	question, code, argument string
	path                     []any
	want                     any
}

// storageSteps asks one after the other.
func storageSteps(t *testing.T, server *running, token string, story []storageStep) {
	t.Helper()
	for _, one := range story {
		got := server.ask(t, token, one.question, nil)
		switch {
		case got.code() != one.code:
			t.Errorf("%s: want %q: %s", one.question, one.code, got.Text)
		case one.argument != "" && got.Errors[0].Extensions["argument"] != one.argument:
			t.Errorf("%s: want the argument %s: %s", one.question, one.argument, got.Text)
		case one.path != nil && got.at(one.path...) != one.want:
			t.Errorf("%s: want %v: %s", one.question, one.want, got.Text)
		}
	}
}

// A pool is made, changed and deleted by who administers the server, and by
// nobody else.
func TestStoragePoolWrites(t *testing.T) {
	server := onRealLXD(t)
	ask := lxdClient(t)
	name := newName()
	in := strings.NewReplacer("POOL", name)
	t.Cleanup(func() { ask("DELETE", "/1.0/storage-pools/"+name, nil) })
	story := func(token string, some ...storageStep) {
		t.Helper()
		for n := range some {
			some[n].question = `mutation { ` + in.Replace(some[n].question) + ` }`
		}
		storageSteps(t, server, token, some)
	}
	const create = `createStoragePool(input: {name: "POOL", driver: "btrfs", description: "fast", config: {size: "200MiB", user_tags: "x"}}) { storagePool { name } }`
	for _, role := range []string{"VIEWER", "OPERATOR"} {
		server.demote(t, role)
		story(server.login(t), storageStep{question: create, code: "FORBIDDEN"},
			storageStep{question: `updateStoragePool(name: "default", input: {description: "x"}) { storagePool { name } }`, code: "FORBIDDEN"},
			storageStep{question: `deleteStoragePool(name: "default") { deletedId }`, code: "FORBIDDEN"})
	}
	server.demote(t, "ADMIN")
	token := server.login(t)
	story(token,
		storageStep{question: `createStoragePool(input: {name: "a b", driver: "dir"}) { storagePool { name } }`, code: "BAD_USER_INPUT", argument: "input.name"},
		storageStep{question: `createStoragePool(input: {name: "..", driver: "dir"}) { storagePool { name } }`, code: "BAD_USER_INPUT", argument: "input.name"},
		storageStep{question: `createStoragePool(input: {name: "POOL", driver: "nope"}) { storagePool { name } }`, code: "BAD_USER_INPUT", argument: "input.driver"},
		storageStep{question: create, code: "BAD_USER_INPUT", argument: "input.config"},
		storageStep{question: `createStoragePool(input: {name: "POOL", driver: "dir", config: {source: "/nowhere"}}) { storagePool { name } }`, code: "BAD_USER_INPUT", argument: "input.config.source"},
		storageStep{question: `createStoragePool(input: {name: "POOL", driver: "dir", members: [{member: "n1"}]}) { storagePool { name } }`, code: "BAD_USER_INPUT", argument: "input.members"},
		storageStep{question: `createStoragePool(input: {name: "POOL", driver: "dir"}, wait: -1) { storagePool { name } }`, code: "BAD_USER_INPUT", argument: "wait"})
	made := server.must(t, token, `mutation($c: StringMap) { createStoragePool(input: {name: "`+name+`", driver: "btrfs", description: "fast", config: $c}, wait: 60) { storagePool { id driver description tags status availableActions etag } } }`,
		map[string]any{"c": map[string]string{"size": "200MiB", "user.tags": "x"}})
	id := made.at("createStoragePool", "storagePool", "id")
	if made.at("createStoragePool", "storagePool", "status") != "CREATED" || made.at("createStoragePool", "storagePool", "tags", 0) != "x" || made.at("createStoragePool", "storagePool", "availableActions", 1) != "DELETE" {
		t.Errorf("the pool is not what was asked for: %s", made.Text)
	}
	// LXD's own PATCH would empty the description, and its PUT needs the source.
	changed := server.must(t, token, `mutation($c: StringMap) { updateStoragePool(name: "`+name+`", input: {config: $c}) { storagePool { description tags config } } }`,
		map[string]any{"c": map[string]any{"user.tags": nil, "rsync.bwlimit": "1MiB"}})
	if changed.at("updateStoragePool", "storagePool", "description") != "fast" || changed.at("updateStoragePool", "storagePool", "tags", 0) != nil ||
		changed.at("updateStoragePool", "storagePool", "config", "rsync.bwlimit") != "1MiB" || changed.at("updateStoragePool", "storagePool", "config", "size") != "200MiB" {
		t.Errorf("the change: %s", changed.Text)
	}
	story(token,
		storageStep{question: `createStoragePool(input: {name: "POOL", driver: "dir"}) { storagePool { name } }`, code: "ALREADY_EXISTS"},
		storageStep{question: `updateStoragePool(name: "POOL", input: {config: {source: "/tmp"}}) { storagePool { name } }`, code: "BAD_USER_INPUT"},
		storageStep{question: `updateStoragePool(name: "POOL", input: {config: {nope: "1"}}) { storagePool { name } }`, code: "BAD_USER_INPUT", argument: "input.config"},
		storageStep{question: `updateStoragePool(name: "POOL", input: {}, ifMatch: "x") { storagePool { name } }`, code: "BAD_USER_INPUT", argument: "ifMatch"},
		storageStep{question: `updateStoragePool(name: "nope", input: {}) { storagePool { name } }`, code: "NOT_FOUND"},
		storageStep{question: `createStorageVolume(input: {pool: "POOL", name: "v"}, wait: 60) { storageVolume { name } }`, path: []any{"createStorageVolume", "storageVolume", "name"}, want: "v"},
		storageStep{question: `deleteStoragePool(name: "POOL") { deletedId }`, code: "CONFLICT"},
		storageStep{question: `deleteStoragePool(name: "default") { deletedId }`, code: "CONFLICT"},
		storageStep{question: `deleteStorageVolume(pool: "POOL", name: "v", wait: 60) { plan { blockers { code } } }`},
		storageStep{question: `deleteStoragePool(name: "POOL", wait: 60) { deletedId }`, path: []any{"deleteStoragePool", "deletedId"}, want: id},
		storageStep{question: `deleteStoragePool(name: "POOL") { deletedId }`, code: "NOT_FOUND"})
}
