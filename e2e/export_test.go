package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// edited is an archive with some of its entries changed: what is nil is left
// out, what is new comes at the end.
func edited(t *testing.T, archive []byte, change func(header *tar.Header, data []byte) []byte, more ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	reader, writer := tar.NewReader(bytes.NewReader(archive)), tar.NewWriter(&out)
	add := func(header *tar.Header, data []byte) {
		header.Size, header.Format = int64(len(data)), tar.FormatPAX
		if err := writer.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		writer.Write(data)
	}
	for {
		header, err := reader.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		if changed := change(header, data); changed != nil || header.Typeflag != tar.TypeReg {
			add(header, changed)
		}
	}
	for _, header := range more {
		data := []byte(nil)
		if header.Typeflag == tar.TypeReg {
			data = []byte("x: y\n")
		}
		add(&header, data)
	}
	writer.Close()
	return out.Bytes()
}

// inFile changes what is in one file of an archive.
func inFile(name, from, to string) func(*tar.Header, []byte) []byte {
	return func(header *tar.Header, data []byte) []byte {
		if header.Name == name {
			return bytes.Replace(data, []byte(from), []byte(to), 1)
		}
		return data
	}
}

func asIs(_ *tar.Header, data []byte) []byte { return data }

// backupsOf are the backups that LXD has of an instance.
func backupsOf(t *testing.T, project, name string) []any {
	t.Helper()
	list, _ := lxdClient(t)("GET", "/1.0/instances/"+name+"/backups?project="+project, nil)["metadata"].([]any)
	return list
}

// An instance goes out as an archive and comes in again, and an OPERATOR gets
// nothing of the host with it.
func TestInstancesGoOutAndComeIn(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	project, name := newProject(t, "true"), newName()
	asked := map[string]any{"n": name, "p": project}
	at := "/instances/" + name + "/export?project=" + project
	in := "/instances/import?project=" + project
	server.must(t, admin, createBusybox, map[string]any{"name": name, "project": project, "start": true, "wait": 60})
	server.must(t, admin, `mutation($n: String!, $p: String) { createInstanceSnapshot(instance: $n, project: $p, name: "s0", wait: 60) { snapshot { name } } }`, asked)
	server.wantReply(t, "", "GET", at, "", 401, "UNAUTHENTICATED")
	server.wantReply(t, "", "POST", in+"&name=x", "x", 401, "UNAUTHENTICATED")
	for _, bad := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/instances/nope/export?project=" + project, 404, "NOT_FOUND"},
		{"GET", at + "&compression=rm", 400, "BAD_USER_INPUT"},
		{"GET", at + "&compression=squashfs", 400, "BAD_USER_INPUT"},
		{"GET", at + "&optimized=maybe", 400, "BAD_USER_INPUT"},
		{"GET", "/instances/" + name + "/backups/nope/export?project=" + project, 404, "NOT_FOUND"},
		{"POST", in, 400, "BAD_USER_INPUT"},
		{"POST", in + "&name=../x", 400, "BAD_USER_INPUT"},
		{"POST", in + "&name=" + name, 409, "ALREADY_EXISTS"},
		{"POST", in + "&name=x&pool=nope", 404, "NOT_FOUND"},
		{"POST", "/instances/import?name=x&project=nope", 404, "NOT_FOUND"},
		{"POST", in + "&name=x", 400, "BAD_USER_INPUT"},
	} {
		server.wantReply(t, admin, bad.method, bad.path, "no archive at all", bad.status, bad.code)
	}
	server.wantReply(t, admin, "POST", in+"&name=x", "", 400, "BAD_USER_INPUT")
	archive := server.exported(t, admin, at+"&compression=none")
	server.keptBackups(t, admin, project, name)
	server.leavesEarly(t, admin, at+"&compression=none", project, name)
	server.half(t, admin, "POST", in+"&name=half", len(archive), len(archive)/2)
	server.demote(t, "OPERATOR")
	operator := server.login(t)
	server.refusedArchives(t, operator, in, archive)
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	writer.Write(archive)
	writer.Close()
	sum := sha256.Sum256(zipped.Bytes())
	made := server.call(t, operator, "POST", in+"&name=again&description=come+back", &zipped)
	if made.status != 201 || made.at("instance", "name") != "again" || made.at("sha256") != hex.EncodeToString(sum[:]) {
		t.Fatalf("imported: %d %s", made.status, made.body)
	}
	server.walk(t, operator, asked, []step{{`startInstance(name: "again", project: $p, wait: 60) { instance { status } }`, "", []any{"startInstance", "instance", "status"}, "RUNNING"}})
	after := server.must(t, operator, `query($p: String, $o: ID!) { instances(project: $p) { totalCount } instance(name: "again", project: $p) { description snapshots { name } files(path: "/etc") { name uid } } operation(id: $o) { status description progress { stage } metadata } }`, map[string]any{"p": project, "o": made.at("operation", "id")})
	if after.at("instances", "totalCount") != 2.0 || after.at("instance", "description") != "come back" || after.at("instance", "snapshots", 0, "name") != "s0" || after.at("instance", "files", 0, "uid") != 0.0 ||
		after.at("operation", "status") != "SUCCESS" || after.at("operation", "metadata", "sha256") != hex.EncodeToString(sum[:]) {
		t.Errorf("after it: %s", after.Text)
	}
	// What was deleted comes back under its own name, and starts.
	server.walk(t, operator, asked, []step{{`deleteInstance(name: $n, project: $p, force: true, wait: 60) { deletedId }`, "", nil, nil}})
	server.wantReply(t, operator, "POST", in+"&name="+name, string(archive), 201, "")
	server.walk(t, operator, asked, []step{{`startInstance(name: $n, project: $p, wait: 60) { instance { status } }`, "", []any{"startInstance", "instance", "status"}, "RUNNING"}})
	server.demote(t, "VIEWER")
	viewer := server.login(t)
	server.wantReply(t, viewer, "GET", at, "", 403, "FORBIDDEN")
	server.wantReply(t, viewer, "POST", in+"&name=x", "x", 403, "FORBIDDEN")
	server.wantNoSecretInLog(t)
}

// exported is an archive of an instance, of which nothing stays.
func (s *running) exported(t *testing.T, token, path string) []byte {
	t.Helper()
	got := s.call(t, token, "GET", path, nil)
	sum := sha256.Sum256(got.body)
	if got.status != 200 || got.trailer.Get("Repr-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
		t.Fatalf("exported: %d %v, %d bytes", got.status, got.trailer, len(got.body))
	}
	ended := s.must(t, token, `query($o: ID!) { operation(id: $o) { status description metadata } }`, map[string]any{"o": got.header.Get("X-Operation-ID")})
	if ended.at("operation", "status") != "SUCCESS" || ended.at("operation", "metadata", "sha256") != hex.EncodeToString(sum[:]) {
		t.Errorf("its operation: %s", ended.Text)
	}
	return got.body
}

// keptBackups are read by name, in parts too.
func (s *running) keptBackups(t *testing.T, token, project, name string) {
	t.Helper()
	if left := backupsOf(t, project, name); len(left) > 0 {
		t.Errorf("an export leaves %v", left)
	}
	asked := map[string]any{"n": name, "p": project}
	kept := s.must(t, token, `mutation($n: String!, $p: String) { createInstanceBackup(instance: $n, project: $p, input: {name: "b0"}, wait: 60) { backup { downloadUrl } } }`, asked)
	path := strings.TrimPrefix(kept.at("createInstanceBackup", "backup", "downloadUrl").(string), "/api/v1")
	all := s.call(t, token, "GET", path, nil)
	part := s.call(t, token, "GET", path, nil, "Range", "bytes=100-")
	if all.status != 200 || part.status != 206 || !bytes.Equal(part.body, all.body[100:]) {
		t.Errorf("a backup: %d, a part of it: %d", all.status, part.status)
	}
	s.wantHead(t, token, path, len(all.body))
	s.walk(t, token, asked, []step{{`deleteInstanceBackup(instance: $n, project: $p, name: "b0", wait: 60) { deletedId }`, "", nil, nil}})
}

// wantHead fails when HEAD does not tell how long something is.
func (s *running) wantHead(t *testing.T, token, path string, length int) {
	t.Helper()
	if head := s.call(t, token, "HEAD", path, nil); head.status != 200 || head.header.Get("Content-Length") != strconv.Itoa(length) || len(head.body) > 0 {
		t.Errorf("HEAD %s: %d %v", path, head.status, head.header)
	}
}

// leavesEarly goes away before an archive has come.
func (s *running) leavesEarly(t *testing.T, token, path, project, name string) {
	t.Helper()
	source, _ := randomFile(t, large())
	content, err := os.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	if up := s.call(t, token, "PUT", "/instances/"+name+"/files/tmp/large?project="+project, content); up.status != 201 {
		t.Fatalf("%d %s", up.status, up.body)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", s.url+"/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	io.CopyN(io.Discard, response.Body, 1<<20)
	for begun := time.Now(); len(backupsOf(t, project, name)) > 0; time.Sleep(100 * time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Error("a backup that is sent has a name still: it would be left, were the server killed")
			break
		}
	}
	cancel()
	response.Body.Close()
	ended := func() any {
		return s.must(t, token, `query($o: ID!) { operation(id: $o) { status error } }`, map[string]any{"o": response.Header.Get("X-Operation-ID")}).at("operation", "status")
	}
	for begun := time.Now(); ended() == "RUNNING" && time.Since(begun) < 30*time.Second; {
		time.Sleep(100 * time.Millisecond)
	}
	if ended() != "FAILURE" || len(backupsOf(t, project, name)) > 0 {
		t.Errorf("an export that nobody waited for: %v, backups %v", ended(), backupsOf(t, project, name))
	}
	s.wantReply(t, token, "DELETE", "/instances/"+name+"/files/tmp/large?project="+project, "", 204, "")
}

// refusedArchives are archives that reach the host, in all places of it, or
// that nobody can look into.
func (s *running) refusedArchives(t *testing.T, token, path string, archive []byte) {
	t.Helper()
	index, own, metadata := "backup/index.yaml", "backup/container/backup.yaml", "backup/container/metadata.yaml"
	first := "image.architecture: x86_64\n"
	entry := func(name string, kind byte, link string) tar.Header {
		return tar.Header{Name: name, Typeflag: kind, Linkname: link, Mode: 0o755}
	}
	for what, hostile := range map[string][]byte{
		"privileged in the index":       edited(t, archive, inFile(index, first, first+"      security.privileged: \"true\"\n")),
		"privileged behind the index":   edited(t, archive, inFile(own, first, first+"    security.privileged: \"true\"\n")),
		"raw.lxc behind the index":      edited(t, archive, inFile(own, first, first+"    raw.lxc: lxc.hook.pre-start=/bin/sh\n")),
		"privileged in a snapshot":      edited(t, archive, inFile("backup/snapshots/s0/backup.yaml", first, first+"    security.privileged: \"true\"\n")),
		"a line break":                  edited(t, archive, inFile(own, first, first+"    limits.cpu: \"1\\nlxc.x = y\"\n")),
		"a host's disk":                 edited(t, archive, inFile(own, "devices: {}", "devices: {h: {type: disk, source: /, path: /mnt}}")),
		"a host's disk from profiles":   edited(t, archive, inFile(own, "expanded_devices:\n", "expanded_devices:\n    h: {type: disk, source: /, path: /mnt}\n")),
		"a host's disk in a reference":  edited(t, archive, inFile(own, "devices: {}", "devices: &a {h: {type: none}}")),
		"one key twice":                 edited(t, archive, inFile(own, "ephemeral: false", "ephemeral: false\n  ephemeral: true")),
		"a second configuration":        edited(t, archive, asIs, entry(own, tar.TypeReg, "")),
		"a second index":                edited(t, archive, asIs, entry(index, tar.TypeReg, "")),
		"another way to write the name": edited(t, archive, asIs, entry("./backup/container//backup.yaml", tar.TypeReg, "")),
		"a link for a configuration":    edited(t, archive, func(h *tar.Header, data []byte) []byte { return without(h, data, own) }, entry(own, tar.TypeSymlink, "rootfs/x")),
		"a hard link out of it":         edited(t, archive, asIs, entry("backup/container/rootfs/x", tar.TypeLink, own)),
		"a link for the templates":      edited(t, archive, asIs, entry("backup/container/templates", tar.TypeSymlink, "/etc")),
		"a template":                    edited(t, archive, asIs, entry("backup/container/templates/x.tpl", tar.TypeReg, "")),
		"templates elsewhere":           edited(t, archive, inFile(metadata, "architecture:", "templates: {/x: {template: ../rootfs/x, when: [start]}}\narchitecture:")),
		"a disk's device":               edited(t, archive, asIs, entry("backup/container/rootfs/sda", tar.TypeBlock, "")),
		"a driver's own format":         edited(t, archive, asIs, entry("backup/container.bin", tar.TypeReg, "")),
		"another form of it":            edited(t, archive, inFile(index, "optimized: false", "optimized: true")),
		"an index without the form":     edited(t, archive, inFile(index, "optimized: false\n", "")),
		"out of the archive":            edited(t, archive, asIs, entry("backup/container/../../x", tar.TypeReg, "")),
		"xz":                            append([]byte("\xfd7zXZ\x00"), archive...),
	} {
		if got := s.call(t, token, "POST", path+"&name=hostile", bytes.NewReader(hostile)); got.status != 403 || got.at("code") != "FORBIDDEN" {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	if got := s.call(t, token, "POST", path+"&name=hostile", bytes.NewReader(archive[:len(archive)/2])); got.status != 400 || got.at("code") != "BAD_USER_INPUT" {
		t.Errorf("the beginning of an archive: %d %s", got.status, got.body)
	}
}

func without(header *tar.Header, data []byte, name string) []byte {
	if header.Name == name {
		return nil
	}
	return data
}
