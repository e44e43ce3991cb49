package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// On a cluster a pool is made on all members or on none, and what is one
// member's own is told of that member; a volume is one member's.
func TestStorageWritesOnACluster(t *testing.T) {
	directory, socket := twoMembers(t)
	server := start(t, "LXD_SOCKET_PATH="+socket)
	token := server.login(t)
	source := filepath.Join(directory, "source")
	if err := os.MkdirAll(source, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(source) })
	type m = map[string]any
	create := func(input m) *answer {
		return server.ask(t, token, `mutation($i: CreateStoragePoolInput!) { createStoragePool(input: $i, wait: 60) { storagePool { name status locations config description } operation { status } } }`, m{"i": input})
	}
	if refused := create(m{"name": "p", "driver": "dir", "members": []m{{"member": "n3"}}}); refused.code() != "BAD_USER_INPUT" || refused.Errors[0].Extensions["argument"] != "input.members" {
		t.Errorf("a member that is none: %s", refused.Text)
	}
	if failed := create(m{"name": "p", "driver": "dir", "members": []m{{"member": "n2", "config": m{"source": "/nowhere"}}}}); failed.code() != "OPERATION_FAILED" {
		t.Errorf("a pool that one member cannot have: %s", failed.Text)
	}
	storageSteps(t, server, token, []storageStep{{question: `{ storagePool(name: "p") { status } }`, code: "NOT_FOUND"}})
	made := create(m{"name": "p", "driver": "dir", "description": "both", "config": m{"rsync.bwlimit": "1MiB"}, "members": []m{{"member": "n2", "config": m{"source": source}}}})
	if made.at("createStoragePool", "storagePool", "status") != "CREATED" || made.at("createStoragePool", "storagePool", "locations", 1) != "n2" || made.at("createStoragePool", "operation", "status") != "SUCCESS" {
		t.Fatalf("the pool: %s", made.Text)
	}
	storageSteps(t, server, token, []storageStep{
		{question: `mutation { createStoragePool(input: {name: "p", driver: "dir"}) { storagePool { name } } }`, code: "ALREADY_EXISTS"},
		{question: `mutation { updateStoragePool(name: "p", input: {description: "all"}) { storagePool { description } } }`, path: []any{"updateStoragePool", "storagePool", "description"}, want: "all"},
		{question: `mutation { updateStoragePool(name: "p", member: "n2", input: {description: "one"}) { storagePool { description } } }`, code: "BAD_USER_INPUT", argument: "input.description"},
		{question: `mutation { updateStoragePool(name: "p", member: "n2", input: {config: {source: "/etc"}}) { storagePool { description } } }`, code: "BAD_USER_INPUT", argument: "input.config.source"},
		{question: `{ storagePool(name: "p") { config description } }`, path: []any{"storagePool", "config", "rsync.bwlimit"}, want: "1MiB"},
		{question: `mutation { createStorageVolume(input: {pool: "p", name: "v", target: "n3"}) { storageVolume { location } } }`, code: "BAD_USER_INPUT", argument: "input.target"},
		{question: `mutation { createStorageVolume(input: {pool: "p", name: "v", target: "n1"}, wait: 60) { storageVolume { location } } }`, path: []any{"createStorageVolume", "storageVolume", "location"}, want: "n1"},
		{question: `mutation { createStorageVolume(input: {pool: "p", name: "v", target: "n2"}, wait: 60) { storageVolume { location } } }`, path: []any{"createStorageVolume", "storageVolume", "location"}, want: "n2"},
		{question: `mutation { createStorageVolume(input: {pool: "p", name: "v"}, wait: 60) { storageVolume { location } } }`, code: "ALREADY_EXISTS"},
		{question: `mutation { updateStorageVolume(pool: "p", name: "v", location: "n2", input: {description: "second"}) { storageVolume { description location } } }`, path: []any{"updateStorageVolume", "storageVolume", "location"}, want: "n2"},
		{question: `{ storageVolume(pool: "p", name: "v", location: "n1") { description } }`, path: []any{"storageVolume", "description"}, want: ""},
		{question: `mutation { deleteStorageVolume(pool: "p", name: "v") { deletedId } }`, code: "BAD_USER_INPUT"},
		{question: `mutation { moveStorageVolume(pool: "p", name: "v", location: "n1", input: {target: "n2", name: "w"}) { storageVolume { name } } }`, code: "LXD_EXTENSION_MISSING"},
		{question: `mutation { createStorageVolumeSnapshot(pool: "p", volume: "v", location: "n2", input: {name: "s"}, wait: 60) { snapshot { name } } }`, path: []any{"createStorageVolumeSnapshot", "snapshot", "name"}, want: "s"},
		{question: `mutation { copyStorageVolume(pool: "p", name: "v", location: "n2", snapshot: "s", input: {name: "c"}, wait: 60) { storageVolume { location description } } }`, path: []any{"copyStorageVolume", "storageVolume", "location"}, want: "n2"},
		{question: `mutation { renameStorageVolume(pool: "p", name: "v", location: "n2", newName: "w", wait: 60) { storageVolume { name location } } }`, path: []any{"renameStorageVolume", "storageVolume", "location"}, want: "n2"},
		{question: `mutation { moveStorageVolume(pool: "p", name: "w", input: {pool: "default"}, wait: 60) { storageVolume { location } } }`, path: []any{"moveStorageVolume", "storageVolume", "location"}, want: "n2"},
		{question: `mutation { a: deleteStorageVolume(pool: "p", name: "v", wait: 60) { deletedId } b: deleteStorageVolume(pool: "p", name: "c", wait: 60) { deletedId } c: deleteStorageVolume(pool: "default", name: "w", wait: 60) { deletedId } }`},
		{question: `mutation { deleteStoragePool(name: "p", wait: 60) { deletedId } }`},
		{question: `{ storagePool(name: "p") { status } }`, code: "NOT_FOUND"},
	})
}
