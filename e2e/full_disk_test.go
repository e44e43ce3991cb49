package e2e

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// small is a file system of so many bytes.
func small(t *testing.T, size string) string {
	t.Helper()
	directory, err := os.MkdirTemp("/tmp", "lxdql-small-") // short: LXD mounts below it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	if err := syscall.Mount("tmpfs", directory, "tmpfs", 0, "mode=755,size="+size); err != nil {
		t.Skipf("no tmpfs: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(directory, syscall.MNT_DETACH) })
	return directory
}

// smallPool is a storage pool on a file system of 16 MiB.
func smallPool(t *testing.T) (pool, directory string) {
	t.Helper()
	ask, pool := lxdClient(t), newName()
	directory = small(t, "16m")
	if answer := ask("POST", "/1.0/storage-pools", map[string]any{"name": pool, "driver": "dir", "config": map[string]string{"source": directory}}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	t.Cleanup(func() {
		if answer := ask("DELETE", "/1.0/storage-pools/"+pool, nil); answer["type"] == "error" {
			t.Error(answer["error"])
		}
	})
	return pool, directory
}

// Where a disk is full, whoever asked is told so, and nothing half-done stays: in
// the instance, in LXD, here.
func TestAFullDisk(t *testing.T) {
	temporary := small(t, "1m")
	server := onRealLXD(t, "TMPDIR="+temporary)
	ask := lxdClient(t)
	token := server.login(t)
	pool, directory := smallPool(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, token, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	server.must(t, token, `mutation($n: String!, $p: String, $pool: String) { createInstance(input: {name: $n, project: $p, pool: $pool, source: {type: IMAGE, alias: "busybox"}}, wait: 60) { instance { name } } }`, map[string]any{"n": "little", "p": project, "pool": pool})

	// A file into an instance whose disk is full.
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<21)
	at := func(file, more string) string { return "/instances/little/files" + file + "?project=" + project + more }
	server.wantReply(t, token, "PUT", at("/tmp/before", ""), "before", 201, "")
	for what, c := range map[string][2]string{"a file": {"PUT", at("/tmp/x", "")}, "instead of one": {"PUT", at("/tmp/before", "")}, "behind one": {"POST", at("/tmp/before", "&action=append")}} {
		if got := server.call(t, token, c[0], c[1], bytes.NewReader(big)); got.status != 507 || got.at("code") != "LIMIT_EXCEEDED" {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	if left := server.call(t, token, "GET", at("/tmp", ""), nil); left.at("files", 0, "name") != "before" || left.at("files", 0, "sizeBytes") != 6.0 || left.at("files", 1) != nil {
		t.Errorf("after it: %s", left.body)
	}

	// Files with GraphQL where ours is full.
	kind, body := files(t, writeInstanceFile, map[string]any{"n": "little", "p": project, "path": "/tmp/y", "input": map[string]any{"content": nil}}, map[string][]byte{"variables.input.content": big[:4<<20]})
	if got := server.bring(t, kind, bytes.NewReader(body), "Authorization", "Bearer "+token); got.Status != http.StatusInsufficientStorage || got.code() != "LIMIT_EXCEEDED" {
		t.Errorf("with GraphQL: %s", got.Text)
	}

	// An archive out of LXD and into it where LXD's is full.
	archive := server.exported(t, token, "/instances/"+name+"/export?project="+project+"&compression=none")
	ask("POST", "/1.0/storage-pools/"+pool+"/volumes/custom", map[string]any{"name": "backups"})
	t.Cleanup(func() { ask("DELETE", "/1.0/storage-pools/"+pool+"/volumes/custom/backups", nil) })
	if answer := ask("PATCH", "/1.0", map[string]any{"config": map[string]string{"storage.backups_volume": pool + "/backups"}}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	t.Cleanup(func() {
		if answer := ask("PATCH", "/1.0", map[string]any{"config": map[string]string{"storage.backups_volume": ""}}); answer["type"] == "error" {
			t.Error(answer["error"])
		}
	})
	large := server.call(t, token, "PUT", "/instances/"+name+"/files/tmp/large?project="+project, bytes.NewReader(big))
	if large.status != 201 {
		t.Fatalf("%d %s", large.status, large.body)
	}
	if got := server.call(t, token, "GET", "/instances/"+name+"/export?compression=none&project="+project, nil); got.status != 507 || got.at("code") != "LIMIT_EXCEEDED" {
		t.Errorf("out: %d %.300s", got.status, got.body)
	}
	if left := backupsOf(t, project, name); len(left) > 0 {
		t.Errorf("LXD keeps backups: %v", left)
	}
	for _, path := range []string{"/instances/import?name=x&project=" + project, "/instances/import?name=x&project=" + project + "&pool=" + pool} {
		if got := server.call(t, token, "POST", path, bytes.NewReader(append(bytes.Clone(archive), big...))); got.status != 507 || got.at("code") != "LIMIT_EXCEEDED" {
			t.Errorf("in: %d %.300s", got.status, got.body)
		}
	}
	if left := server.must(t, token, `query($p: String) { instances(project: $p) { totalCount } }`, map[string]any{"p": project}); left.at("instances", "totalCount") != 2.0 {
		t.Errorf("instances: %s", left.Text)
	}
	for _, running := range operations(t, project) { // LXD 5.0.2 never ends this one (seen)
		if into(running, "description") != "Backing up instance" {
			t.Errorf("an operation is left: %v", running)
		}
	}
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		left := leftBelow(t, filepath.Join(directory, "custom"))
		if len(left) == 0 {
			break
		}
		if time.Since(begun) > 5*time.Second {
			t.Errorf("LXD keeps %v", left)
			break
		}
	}
	server.wantNothingKept(t, temporary)
}

// leftBelow are the files in a directory, at any depth.
func leftBelow(t *testing.T, directory string) []string {
	t.Helper()
	var left []string
	err := filepath.Walk(directory, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			left = append(left, strings.TrimPrefix(path, directory))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}
