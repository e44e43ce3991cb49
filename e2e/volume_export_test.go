package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
)

// Volumes and images go out and come in, lists come as lines.
func TestVolumesImagesAndListsGoOut(t *testing.T) {
	server := onRealLXD(t)
	ask := lxdClient(t)
	admin, name := server.login(t), newName()
	volumes := "/storage-pools/default/volumes/"
	ask("POST", "/1.0/storage-pools/default/volumes/custom", map[string]any{"name": name})
	t.Cleanup(func() {
		for _, made := range []string{name, name + "-2"} {
			ask("DELETE", "/1.0/storage-pools/default/volumes/custom/"+made, nil)
		}
	})
	server.wantReply(t, "", "GET", volumes+name+"/export", "", 401, "UNAUTHENTICATED")
	server.wantReply(t, "", "GET", "/instances.ndjson", "", 401, "UNAUTHENTICATED")
	for _, bad := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", volumes + "nope/export", 404, "NOT_FOUND"},
		{"GET", "/storage-pools/nope/volumes/" + name + "/export", 404, "NOT_FOUND"},
		{"GET", volumes + name + "/backups/nope/export", 404, "NOT_FOUND"},
		{"POST", volumes + "import?name=a/b", 400, "BAD_USER_INPUT"},
		{"POST", volumes + "import?name=" + name, 409, "ALREADY_EXISTS"},
		{"POST", volumes + "import?name=x&type=vhd", 400, "BAD_USER_INPUT"},
		{"POST", volumes + "import?name=x", 400, "BAD_USER_INPUT"},
		{"POST", volumes + "import?replace=nope", 404, "NOT_FOUND"},
		{"GET", "/images/nope/export", 404, "NOT_FOUND"},
		{"POST", "/images/import", 422, "OPERATION_FAILED"},
		{"GET", "/nope.ndjson", 404, "NOT_FOUND"},
		{"GET", "/instances.ndjson?where=x", 400, "BAD_USER_INPUT"},
		{"GET", "/instances.ndjson?first=x", 400, "BAD_USER_INPUT"},
		{"GET", "/instances.ndjson?project=default&project=other", 400, "BAD_USER_INPUT"},
		{"GET", "/instances.ndjson?fields=nope", 400, "GRAPHQL_VALIDATION_FAILED"},
		{"GET", "/instances.ndjson?fields=name}}+users{nodes{username", 400, "BAD_USER_INPUT"},
		{"GET", "/instances.ndjson?filter=" + strings.Repeat("x", 5000), 400, "BAD_USER_INPUT"},
		{"GET", "/instances.ndjson?project=nope", 404, "NOT_FOUND"},
	} {
		server.wantReply(t, admin, bad.method, bad.path, "no archive at all", bad.status, bad.code)
	}
	fingerprint := ask("GET", "/1.0/images/aliases/busybox", nil)["metadata"].(map[string]any)["target"].(string)
	image := server.call(t, admin, "GET", "/images/"+fingerprint+"/export", nil)
	if sum := sha256.Sum256(image.body); hex.EncodeToString(sum[:]) != fingerprint {
		t.Errorf("an image goes out as %d bytes that are not its fingerprint", len(image.body))
	}
	if again := server.call(t, admin, "POST", "/images/import", bytes.NewReader(image.body)); again.at("code") != "ALREADY_EXISTS" {
		t.Errorf("an image that is there already: %d %s", again.status, again.body)
	}
	server.lines(t, admin)
	server.demote(t, "OPERATOR")
	operator := server.login(t)
	server.wantReply(t, operator, "POST", "/images/import", "x", 403, "FORBIDDEN")
	server.volumeThere(t, operator, volumes, name)
	server.demote(t, "VIEWER")
	viewer := server.login(t)
	for _, path := range []string{volumes + name + "/export", "/images/" + fingerprint + "/export"} {
		server.wantReply(t, viewer, "GET", path, "", 403, "FORBIDDEN")
	}
	server.wantReply(t, viewer, "POST", volumes+"import?name=x", "x", 403, "FORBIDDEN")
	server.wantNoSecretInLog(t)
}

// volumeThere exports a volume, imports it, and replaces one by it.
func (s *running) volumeThere(t *testing.T, token, volumes, name string) {
	t.Helper()
	archive := s.call(t, token, "GET", volumes+name+"/export?compression=none", nil)
	if archive.status != 200 || !strings.Contains(tarNames(t, archive.body), "backup/index.yaml") {
		t.Fatalf("exported: %d, %d bytes", archive.status, len(archive.body))
	}
	if left := lxdClient(t)("GET", "/1.0/storage-pools/default/volumes/custom/"+name+"/backups", nil)["metadata"].([]any); len(left) > 0 {
		t.Errorf("an export leaves %v", left)
	}
	ask := lxdClient(t)
	waitRaw(ask, ask("POST", "/1.0/storage-pools/default/volumes/custom/"+name+"/backups", map[string]any{"name": "b0"}))
	kept := s.call(t, token, "GET", volumes+name+"/backups/b0/export", nil)
	part := s.call(t, token, "GET", volumes+name+"/backups/b0/export", nil, "Range", "bytes=10-")
	if kept.status != 200 || part.status != 206 || !bytes.Equal(part.body, kept.body[10:]) {
		t.Errorf("a backup: %d, a part of it: %d", kept.status, part.status)
	}
	s.wantHead(t, token, volumes+name+"/backups/b0/export", len(kept.body))
	waitRaw(ask, ask("DELETE", "/1.0/storage-pools/default/volumes/custom/"+name+"/backups/b0", nil))
	hostile := edited(t, archive.body, inFile("backup/index.yaml", "    config: {}", "    config: {security.unmapped: \"true\"}"))
	if got := s.call(t, token, "POST", volumes+"import?name="+name+"-2", bytes.NewReader(hostile)); got.at("code") != "FORBIDDEN" {
		t.Errorf("a volume that reaches the host: %d %s", got.status, got.body)
	}
	if made := s.call(t, token, "POST", volumes+"import?name="+name+"-2&description=hi", bytes.NewReader(archive.body)); made.status != 201 || made.at("volume", "name") != name+"-2" {
		t.Errorf("imported: %d %s", made.status, made.body)
	}
	if made := s.call(t, token, "POST", volumes+"import?replace="+name+"-2", bytes.NewReader(archive.body)); made.status != 201 || made.at("volume", "name") != name+"-2" {
		t.Errorf("replaced: %d %s", made.status, made.body)
	}
}

// lines are a list, page after page.
func (s *running) lines(t *testing.T, token string) {
	t.Helper()
	got := s.call(t, token, "GET", "/profiles.ndjson?fields=name,project{name}&where="+`%7B%22name%22:%7B%22equals%22:%22default%22%7D%7D`, nil)
	var line map[string]any
	if err := json.Unmarshal(got.body, &line); err != nil || got.header.Get("Content-Type") != "application/x-ndjson" || line["name"] != "default" || into(line, "project", "name") != "default" {
		t.Errorf("profiles: %v %s", got.header, got.body)
	}
}
