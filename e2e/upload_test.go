package e2e

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

const writeInstanceFile = `mutation($n: String!, $p: String, $path: String!, $input: WriteInstanceFileInput!) {
	writeInstanceFile(instance: $n, project: $p, path: $path, input: $input, wait: 60) { file { path sizeBytes mode uid } operation { id status description metadata } } }`

// Who may not send files sends none: nobody without a name, no page of another
// origin with somebody's cookie, and nothing that is not as it has to be.
func TestUploadsThatAreRefused(t *testing.T) {
	temporary := t.TempDir()
	server := onRealLXD(t, "UPLOAD_MAX_MIB=1", "TMPDIR="+temporary, "STREAM_IDLE_SECONDS=2")
	admin := server.login(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, admin, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	variables := map[string]any{"n": name, "p": project, "path": "/tmp/x", "input": map[string]any{"content": nil}}
	kind, body := files(t, writeInstanceFile, variables, map[string][]byte{"variables.input.content": []byte("hello")})
	_, set := server.browse(t, "", `mutation { login(username: "admin", password: "`+server.password+`", cookie: true) { expiresAt } }`, nil)
	cookie := "authenticationToken=" + set.Value
	for what, c := range map[string]struct {
		headers []string
		status  int
		code    string
	}{
		"nobody":                        {nil, 403, "FORBIDDEN"},
		"nobody, asked first":           {[]string{"Apollo-Require-Preflight", "true"}, 401, "UNAUTHENTICATED"},
		"a bad token":                   {[]string{"Authorization", "Bearer x"}, 401, "UNAUTHENTICATED"},
		"a form with the cookie":        {[]string{"Cookie", cookie}, 403, "FORBIDDEN"},
		"a form of another page":        {[]string{"Cookie", cookie, "Origin", "https://evil.example"}, 403, "FORBIDDEN"},
		"a form of no page":             {[]string{"Cookie", cookie, "Origin", "null"}, 403, "FORBIDDEN"},
		"another page with the header":  {[]string{"Cookie", cookie, "Origin", "https://evil.example", "X-CSRF-Token", "1"}, 401, "UNAUTHENTICATED"},
		"our page without the header":   {[]string{"Cookie", cookie, "Origin", server.url}, 403, "FORBIDDEN"},
		"only what Apollo's page sends": {[]string{"Cookie", cookie, "Origin", server.url, "Apollo-Require-Preflight", "true"}, 401, "UNAUTHENTICATED"},
		"our page":                      {[]string{"Cookie", cookie, "Origin", server.url, "X-CSRF-Token", "1"}, 200, ""},
		"curl -b":                       {[]string{"Cookie", cookie, "X-CSRF-Token", "1"}, 200, ""},
	} {
		if got := server.bring(t, kind, bytes.NewReader(body), c.headers...); got.Status != c.status || got.code() != c.code {
			t.Errorf("%s: want %d %s, got %d %s", what, c.status, c.code, got.Status, got.Text)
		}
	}
	// Beside GraphQL a form's content type lets the cookie in no more than there.
	path := "/instances/" + name + "/files/tmp/x?project=" + project + "&action=append"
	for _, simple := range []string{"", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"} {
		if got := server.call(t, "", "POST", path, strings.NewReader("x"), "Cookie", cookie, "Content-Type", simple); got.status != 401 {
			t.Errorf("%q with the cookie: %d %s", simple, got.status, got.body)
		}
	}
	server.wrongForms(t, admin, variables)
	server.brokenForms(t, admin, kind, body, project)
	server.demote(t, "VIEWER")
	viewer := server.login(t)
	if got := server.bring(t, kind, bytes.NewReader(body), "Authorization", "Bearer "+viewer); got.code() != "FORBIDDEN" {
		t.Errorf("a viewer: %s", got.Text)
	}
	server.wantNothingKept(t, temporary)
	wantNoOperation(t, project)
	server.wantNoSecretInLog(t)
}

// wrongForms are not as the specification says.
func (s *running) wrongForms(t *testing.T, token string, variables map[string]any) {
	t.Helper()
	valid, _ := json.Marshal(map[string]any{"query": writeInstanceFile, "variables": variables})
	operations := part{"operations", "", valid}
	at := func(path string) part { return part{"map", "", []byte(`{"0":["` + path + `"]}`)} }
	content := at("variables.input.content")
	file := part{"0", "x", []byte("hello")}
	for what, c := range map[string]struct {
		parts  []part
		status int
		code   string
	}{
		"nothing":                   {nil, 400, "BAD_USER_INPUT"},
		"the map first":             {[]part{content, operations, file}, 400, "BAD_USER_INPUT"},
		"no map":                    {[]part{operations, file}, 400, "BAD_USER_INPUT"},
		"no file":                   {[]part{operations, content}, 400, "BAD_USER_INPUT"},
		"a file that is not mapped": {[]part{operations, content, file, {"1", "x", nil}}, 400, "BAD_USER_INPUT"},
		"a file twice":              {[]part{operations, content, file, file}, 400, "BAD_USER_INPUT"},
		"no JSON":                   {[]part{{"operations", "", []byte("x")}, content, file}, 400, "BAD_USER_INPUT"},
		"several requests":          {[]part{{"operations", "", []byte("[" + string(valid) + "]")}, at("0.variables.input.content"), file}, 400, "BAD_USER_INPUT"},
		"a map that is a list":      {[]part{operations, {"map", "", []byte("[]")}, file}, 400, "BAD_USER_INPUT"},
		"a place that is not there": {[]part{operations, at("variables.input.nope"), file}, 400, "BAD_USER_INPUT"},
		"a place below a text":      {[]part{operations, at("variables.path.0"), file}, 400, "BAD_USER_INPUT"},
		"a place that is taken":     {[]part{operations, at("variables.path"), file}, 400, "BAD_USER_INPUT"},
		"the query for a place":     {[]part{operations, at("query"), file}, 400, "BAD_USER_INPUT"},
		"a deep place":              {[]part{operations, at("variables" + strings.Repeat(".input", 100)), file}, 400, "BAD_USER_INPUT"},
		"eleven files":              {[]part{operations, {"map", "", []byte(`{"0":["a"],"1":["a"],"2":["a"],"3":["a"],"4":["a"],"5":["a"],"6":["a"],"7":["a"],"8":["a"],"9":["a"],"10":["a"]}`)}, file}, 400, "BAD_USER_INPUT"},
		"long operations":           {[]part{{"operations", "", bytes.Repeat([]byte(" "), 1<<20+1)}, content, file}, 413, "LIMIT_EXCEEDED"},
		"a long map":                {[]part{operations, {"map", "", bytes.Repeat([]byte(" "), 64<<10+1)}, file}, 413, "LIMIT_EXCEEDED"},
		"a large file":              {[]part{operations, content, {"0", "x", make([]byte, 1<<20+1)}}, 413, "LIMIT_EXCEEDED"},
		"a very large file":         {[]part{operations, content, {"0", "x", make([]byte, 5<<20)}}, 413, "LIMIT_EXCEEDED"},
	} {
		kind, body := form(t, c.parts...)
		if got := s.bring(t, kind, io.MultiReader(bytes.NewReader(body)), "Authorization", "Bearer "+token); got.Status != c.status || got.code() != c.code {
			t.Errorf("%s: want %d %s, got %d %s", what, c.status, c.code, got.Status, got.Text)
		}
	}
	if got := s.ask(t, token, writeInstanceFile, variables); got.code() == "" {
		t.Errorf("no file at all: %s", got.Text)
	}
	for path, code := range map[string]string{"/tmp/../x": "BAD_USER_INPUT", "tmp/x": "BAD_USER_INPUT", "/tmp/\x00": "BAD_USER_INPUT", "/tmp": "BAD_USER_INPUT", "/nope/x": "NOT_FOUND"} {
		kind, body := files(t, writeInstanceFile, map[string]any{"n": variables["n"], "p": variables["p"], "path": path, "input": map[string]any{"content": nil}}, map[string][]byte{"variables.input.content": []byte("x")})
		if got := s.bring(t, kind, bytes.NewReader(body), "Authorization", "Bearer "+token); got.code() != code {
			t.Errorf("%q: want %s, got %s", path, code, got.Text)
		}
	}
}

// brokenForms end before their end, or never.
func (s *running) brokenForms(t *testing.T, token, kind string, body []byte, project string) {
	t.Helper()
	for what, c := range map[string]struct {
		close bool
		want  string
	}{"cut off": {true, "400"}, "silent": {false, "408"}} {
		socket, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(socket, "POST /graphql HTTP/1.1\r\nHost: lxdql\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", token, kind, len(body))
		socket.Write(body[:len(body)-40])
		if c.close {
			socket.(*net.TCPConn).CloseWrite()
		}
		socket.SetReadDeadline(time.Now().Add(20 * time.Second))
		told, _ := io.ReadAll(socket)
		if !strings.HasPrefix(string(told), "HTTP/1.1 "+c.want) {
			t.Errorf("%s: %.300s", what, told)
		}
		socket.Close()
	}
	wantNoOperation(t, project)
}

// Files come with GraphQL: into an instance, and as an instance, a volume and an image.
func TestUploads(t *testing.T) {
	temporary := t.TempDir()
	server := onRealLXD(t, "TMPDIR="+temporary)
	ask := lxdClient(t)
	admin := server.login(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, admin, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	data := make([]byte, 3<<20)
	rand.Read(data)
	sum := sha256.Sum256(data)
	variables := map[string]any{"n": name, "p": project, "path": "/tmp/x", "input": map[string]any{"content": nil, "mode": "0640", "uid": 7}}
	wrote := server.brought(t, admin, writeInstanceFile, variables, map[string][]byte{"variables.input.content": data})
	if wrote.at("writeInstanceFile", "file", "mode") != "0640" || wrote.at("writeInstanceFile", "file", "uid") != 7.0 || wrote.at("writeInstanceFile", "operation", "status") != "SUCCESS" ||
		wrote.at("writeInstanceFile", "operation", "metadata", "sha256") != hex.EncodeToString(sum[:]) {
		t.Errorf("written: %s", wrote.Text)
	}
	if read := server.call(t, admin, "GET", "/instances/"+name+"/files/tmp/x?project="+project, nil); !bytes.Equal(read.body, data) {
		t.Errorf("read: %d bytes", len(read.body))
	}
	// One file for two places, one after the other.
	twice := server.brought(t, admin, `mutation($n: String!, $p: String, $f: Upload!) { a: writeInstanceFile(instance: $n, project: $p, path: "/tmp/a", input: {content: $f}, wait: 60) { file { sizeBytes } }
		b: writeInstanceFile(instance: $n, project: $p, path: "/tmp/b", input: {content: $f}, wait: 60) { file { sizeBytes } } }`, map[string]any{"n": name, "p": project, "f": nil}, map[string][]byte{"variables.f": data})
	if twice.at("a", "file", "sizeBytes") != float64(len(data)) || twice.at("b", "file", "sizeBytes") != float64(len(data)) {
		t.Errorf("twice: %s", twice.Text)
	}
	server.importsImages(t, admin)
	archive := server.exported(t, admin, "/instances/"+name+"/export?project="+project+"&compression=gzip")
	server.demote(t, "OPERATOR")
	operator := server.login(t)
	imported := server.brought(t, operator, `mutation($input: ImportInstanceInput!) { importInstance(input: $input, wait: 60) { instance { name description } operation { status metadata } } }`,
		map[string]any{"input": map[string]any{"name": "again", "project": project, "description": "come back", "archive": nil}}, map[string][]byte{"variables.input.archive": archive})
	sum = sha256.Sum256(archive)
	if imported.at("importInstance", "instance", "description") != "come back" || imported.at("importInstance", "operation", "metadata", "sha256") != hex.EncodeToString(sum[:]) {
		t.Errorf("an instance: %s", imported.Text)
	}
	// Without waiting the operation is told, and goes on.
	later := server.brought(t, operator, `mutation($input: ImportInstanceInput!) { importInstance(input: $input) { instance { name } operation { id } } }`,
		map[string]any{"input": map[string]any{"name": "later", "project": project, "archive": nil}}, map[string][]byte{"variables.input.archive": archive})
	ended := server.must(t, operator, `query($id: ID!) { waitOperation(id: $id, timeoutSeconds: 60) { status } }`, map[string]any{"id": later.at("importInstance", "operation", "id")})
	if ended.at("waitOperation", "status") != "SUCCESS" {
		t.Errorf("later: %s %s", later.Text, ended.Text)
	}
	kind, body := files(t, `mutation($input: ImportInstanceInput!) { importInstance(input: $input, wait: 60) { instance { name } } }`,
		map[string]any{"input": map[string]any{"name": "hostile", "project": project, "archive": nil}}, map[string][]byte{"variables.input.archive": []byte("no archive at all")})
	if got := server.bring(t, kind, bytes.NewReader(body), "Authorization", "Bearer "+operator); got.code() != "FORBIDDEN" {
		t.Errorf("what nobody can look into: %s", got.Text)
	}
	kind, body = files(t, importImage, map[string]any{"input": map[string]any{"image": nil}}, map[string][]byte{"variables.input.image": data})
	if got := server.bring(t, kind, bytes.NewReader(body), "Authorization", "Bearer "+operator); got.code() != "FORBIDDEN" {
		t.Errorf("an image of an operator: %s", got.Text)
	}
	ask("POST", "/1.0/storage-pools/default/volumes/custom", map[string]any{"name": name})
	t.Cleanup(func() {
		for _, made := range []string{name, name + "-2"} {
			ask("DELETE", "/1.0/storage-pools/default/volumes/custom/"+made, nil)
		}
	})
	volume := server.call(t, operator, "GET", "/storage-pools/default/volumes/"+name+"/export", nil)
	came := server.brought(t, operator, `mutation($input: ImportStorageVolumeInput!) { importStorageVolume(input: $input, wait: 60) { storageVolume { name } operation { status } } }`,
		map[string]any{"input": map[string]any{"name": name + "-2", "pool": "default", "archive": nil}}, map[string][]byte{"variables.input.archive": volume.body})
	if came.at("importStorageVolume", "storageVolume", "name") != name+"-2" {
		t.Errorf("a volume: %s", came.Text)
	}
	server.wantNothingKept(t, temporary)
	wantNoOperation(t, project)
}

const importImage = `mutation($input: ImportImageInput!) { importImage(input: $input, wait: 60) { image { id fingerprint } operation { status metadata } } }`

// importsImages brings an image as two files and as one. Out and in again it has
// the same fingerprint, as two files too.
func (s *running) importsImages(t *testing.T, token string) {
	t.Helper()
	ask := lxdClient(t)
	fingerprint := ask("GET", "/1.0/images/aliases/busybox", nil)["metadata"].(map[string]any)["target"].(string)
	unified := s.call(t, token, "GET", "/images/"+fingerprint+"/export", nil)
	kind, body := files(t, importImage, map[string]any{"input": map[string]any{"image": nil}}, map[string][]byte{"variables.input.image": unified.body})
	if again := s.bring(t, kind, bytes.NewReader(body), "Authorization", "Bearer "+token); again.code() != "ALREADY_EXISTS" {
		t.Errorf("an image that is there already: %s", again.Text)
	}
	metadata, rootfs := splitImage(t)
	sum := sha256.Sum256(append(bytes.Clone(metadata), rootfs...))
	want := hex.EncodeToString(sum[:])
	t.Cleanup(func() { waitRaw(ask, ask("DELETE", "/1.0/images/"+want, nil)) })
	variables := map[string]any{"input": map[string]any{"image": nil, "rootfs": nil}}
	made := s.brought(t, token, importImage, variables, map[string][]byte{"variables.input.image": metadata, "variables.input.rootfs": rootfs})
	if made.at("importImage", "image", "fingerprint") != want || made.at("importImage", "operation", "metadata", "sha256") != want {
		t.Fatalf("two files: want %s, got %s", want, made.Text)
	}
	for name, data := range map[string][]byte{"metadata": metadata, "rootfs": rootfs} {
		if got := s.call(t, token, "GET", "/images/"+want+"/export?part="+name, nil); got.status != 200 || !bytes.Equal(got.body, data) {
			t.Errorf("%s: %d, %d bytes of %d", name, got.status, len(got.body), len(data))
		}
	}
	zipped := s.call(t, token, "GET", "/images/"+want+"/export", nil)
	if names := zipNames(t, zipped.body); names != 2 || zipped.header.Get("Content-Type") != "application/zip" {
		t.Errorf("as zip: %v, %d files", zipped.header, names)
	}
	waitRaw(ask, ask("DELETE", "/1.0/images/"+want, nil))
	kind, body = form(t, part{"metadata", "m.tar.gz", metadata}, part{"rootfs", "r.squashfs", rootfs})
	if got := s.call(t, token, http.MethodPost, "/images/import", bytes.NewReader(body), "Content-Type", kind); got.status != 201 || got.at("image", "fingerprint") != want {
		t.Errorf("in again: %d %s", got.status, got.body)
	}
}
