package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// reply is an answer over plain HTTP.
type reply struct {
	status  int
	header  http.Header
	trailer http.Header
	body    []byte
}

// at is a value of a JSON answer.
func (r *reply) at(path ...any) any {
	var value any
	if json.Unmarshal(r.body, &value) != nil {
		return nil
	}
	return into(value, path...)
}

// call sends a request below /api/v1. The body may be an io.Reader, or nil.
func (s *running) call(t *testing.T, token, method, path string, body io.Reader, headers ...string) *reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, s.url+"/api/v1"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for n := 0; n+1 < len(headers); n += 2 {
		request.Header.Set(headers[n], headers[n+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &reply{response.StatusCode, response.Header, response.Trailer, data}
}

// wantReply fails when a request is answered otherwise: by its status, and its
// code where one is wanted.
func (s *running) wantReply(t *testing.T, token, method, path, body string, status int, code string) *reply {
	t.Helper()
	got := s.call(t, token, method, path, strings.NewReader(body))
	if got.status != status || (code != "" && got.at("code") != code) {
		t.Errorf("%s %s: want %d %q, got %d: %.300s", method, path, status, code, got.status, got.body)
	}
	return got
}

// large is how many bytes a story sends: 1 GiB under make soak.
func large() int {
	if os.Getenv("LXDQL_SOAK") != "" {
		return 1 << 30
	}
	return 20 << 20
}

// randomFile is a file of random bytes and its sum, which is not in memory.
func randomFile(t *testing.T, size int) (path, sum string) {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "random")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(file, hash), rand.Reader, int64(size)); err != nil {
		t.Fatal(err)
	}
	return file.Name(), hex.EncodeToString(hash.Sum(nil))
}

// half sends the beginning of a request whose length is a lie, and goes away.
func (s *running) half(t *testing.T, token, method, path string, announced, sent int) {
	t.Helper()
	socket, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(socket, "%s /api/v1%s HTTP/1.1\r\nHost: lxdql\r\nAuthorization: Bearer %s\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", method, path, token, announced)
	socket.Write(bytes.Repeat([]byte("x"), sent))
	socket.(*net.TCPConn).CloseWrite()
	told, err := io.ReadAll(socket)
	if err != nil || !strings.Contains(string(told), "cut off") {
		t.Errorf("half of %s is answered with %.300s %v", path, told, err)
	}
	socket.Close()
}

// Files go into an instance and come out of it as they were, to an OPERATOR.
func TestFilesOfAnInstance(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, admin, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	at := func(file, parameters string) string {
		return "/instances/" + name + "/files" + file + "?project=" + project + parameters
	}
	server.wantReply(t, "", "GET", at("/etc/passwd", ""), "", 401, "UNAUTHENTICATED")
	for _, bad := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"GET", "/instances/nope/files/etc?project=" + project, "", 404, "NOT_FOUND"},
		{"GET", "/instances/" + name + "/files/etc?project=nope", "", 404, "NOT_FOUND"},
		{"GET", at("/etc/nope", ""), "", 404, "NOT_FOUND"},
		{"GET", at("/etc%00", ""), "", 400, "BAD_USER_INPUT"},
		{"GET", at("/etc/%2e%2e/etc/passwd", ""), "", 400, "BAD_USER_INPUT"},
		{"GET", at("/etc%2f..%2fetc%2fpasswd", ""), "", 400, "BAD_USER_INPUT"},
		{"GET", at("/etc/passwd", "&archive=tar"), "", 400, "BAD_USER_INPUT"},
		{"GET", at("/etc", "&archive=zip"), "", 400, "BAD_USER_INPUT"},
		{"PUT", at("/etc", ""), "x", 400, "BAD_USER_INPUT"},
		{"PUT", at("/nope/x", ""), "x", 404, "NOT_FOUND"},
		{"PUT", at("/etc/x", "&mode=999"), "x", 400, "BAD_USER_INPUT"},
		{"PUT", at("/etc/x", "&uid=-1"), "x", 400, "BAD_USER_INPUT"},
		{"POST", at("/etc/x", "&action=append"), "x", 404, "NOT_FOUND"},
		{"POST", at("/etc/passwd", "&action=nope"), "x", 400, "BAD_USER_INPUT"},
		{"POST", at("/etc", "&action=mkdir"), "", 409, "ALREADY_EXISTS"},
		{"POST", at("/etc/x", "&action=symlink"), "", 400, "BAD_USER_INPUT"},
		{"POST", at("/etc/passwd", "&action=move&to=x"), "", 400, "BAD_USER_INPUT"},
		{"POST", at("/etc/passwd", "&action=move&to=/etc/group"), "", 409, "ALREADY_EXISTS"},
		{"POST", at("/etc/passwd", "&action=chmod"), "", 400, "BAD_USER_INPUT"},
		{"DELETE", at("/etc", ""), "", 409, "CONFLICT"},
		{"DELETE", at("/", "&recursive=true"), "", 400, "BAD_USER_INPUT"},
		{"DELETE", at("/nope", ""), "", 404, "NOT_FOUND"},
	} {
		server.wantReply(t, admin, bad.method, bad.path, bad.body, bad.status, bad.code)
	}
	server.filesThere(t, admin, at)
	server.half(t, admin, "PUT", at("/tmp/half", ""), 1<<20, 1<<19)
	server.half(t, admin, "POST", at("/tmp/small", "&action=append"), 1<<20, 1<<19)
	if list := server.call(t, admin, "GET", at("/tmp", ""), nil); list.at("files", 0, "name") != "small" || list.at("files", 1) != nil || list.at("files", 0, "sizeBytes") != 7.0 {
		t.Errorf("after uploads that were cut off: %s", list.body)
	}
	listed := server.must(t, admin, `query($n: String!, $p: String) { instance(name: $n, project: $p) { files(path: "/etc") { name path type sizeBytes mode uid gid modifiedAt target downloadUrl } } }`, map[string]any{"n": name, "p": project})
	files := listed.at("instance", "files").([]any)
	for n := range files {
		if into(files[n], "name") == "mtab" && (into(files[n], "type") != "SYMLINK" || into(files[n], "target") != "/proc/mounts") {
			t.Errorf("mtab is a symbolic link: %v", files[n])
		}
	}
	if refused := server.ask(t, admin, `query($n: String!, $p: String) { instance(name: $n, project: $p) { files(path: "etc") { name } } }`, map[string]any{"n": name, "p": project}); refused.code() != "BAD_USER_INPUT" {
		t.Error(refused.Text)
	}
	server.demote(t, "VIEWER")
	viewer := server.login(t)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		server.wantReply(t, viewer, method, at("/etc/passwd", ""), "x", 403, "FORBIDDEN")
	}
	if refused := server.ask(t, viewer, `query($n: String!, $p: String) { instance(name: $n, project: $p) { files { name } } }`, map[string]any{"n": name, "p": project}); refused.code() != "FORBIDDEN" {
		t.Error(refused.Text)
	}
	server.wantNoSecretInLog(t)
}

// filesThere writes, reads, moves and deletes.
func (s *running) filesThere(t *testing.T, token string, at func(file, parameters string) string) {
	t.Helper()
	source, sum := randomFile(t, large())
	content, err := os.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	s.wantReply(t, token, "PUT", at("/tmp/first", ""), "little", 201, "")
	s.wantReply(t, token, "DELETE", at("/tmp/first", ""), "", 204, "")
	s.mostMemory(t)
	before := s.mostMemory(t)
	up := s.call(t, token, "PUT", at("/tmp/big%20one%23", "&mode=0640&uid=7"), content)
	if up.status != 201 || up.at("sha256") != sum || up.at("mode") != "0640" || up.at("uid") != 7.0 {
		t.Fatalf("up: %d %s", up.status, up.body)
	}
	s.wantLittleMemory(t, "up", before)
	down := s.call(t, token, "GET", at("/tmp/big%20one%23", ""), nil)
	s.wantLittleMemory(t, "down", before)
	got := sha256.Sum256(down.body)
	if hex.EncodeToString(got[:]) != sum || down.trailer.Get("Repr-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(got[:])+":" {
		t.Errorf("down: %d, %d bytes, %v", down.status, len(down.body), down.trailer)
	}
	part := s.call(t, token, "GET", at("/tmp/big%20one%23", ""), nil, "Range", "bytes=1000-1999")
	if part.status != 206 || !bytes.Equal(part.body, down.body[1000:2000]) {
		t.Errorf("a part: %d, %d bytes", part.status, len(part.body))
	}
	if part := s.call(t, token, "GET", at("/tmp/big%20one%23", ""), nil, "Range", "bytes=99999999999-"); part.status != 416 {
		t.Errorf("a part that is not there: %d", part.status)
	}
	again := s.wantReply(t, token, "PUT", at("/tmp/big%20one%23", ""), "small", 200, "")
	if again.at("sizeBytes") != 5.0 || again.at("mode") != "0640" || again.at("uid") != 7.0 {
		t.Errorf("another content: %s", again.body)
	}
	s.wantReply(t, token, "POST", at("/tmp/big%20one%23", "&action=append"), "er", 200, "")
	s.wantReply(t, token, "POST", at("/tmp/big%20one%23", "&action=chmod&mode=0600"), "", 200, "")
	s.wantReply(t, token, "POST", at("/tmp/a/b", "&action=mkdir&parents=true"), "", 200, "")
	s.wantReply(t, token, "POST", at("/tmp/a/link", "&action=symlink&target=../small"), "", 200, "")
	s.wantReply(t, token, "POST", at("/tmp/big%20one%23", "&action=move&to=/tmp/small"), "", 200, "")
	s.wantReply(t, token, "PUT", at("/tmp/a/link", ""), "through", 200, "") // as the instance's own programs would
	s.wantReply(t, token, "POST", at("/tmp/small", "&action=chown&gid=9"), "", 200, "")
	if small := s.call(t, token, "GET", at("/tmp/small", ""), nil); string(small.body) != "through" || small.header.Get("X-LXD-gid") != "9" || small.header.Get("X-LXD-mode") != "0600" {
		t.Errorf("in the end: %s %v", small.body, small.header)
	}
	if names := tarNames(t, s.call(t, token, "GET", at("/tmp", "&archive=tar"), nil).body); names != "tmp/ tmp/a/ tmp/a/b/ tmp/a/link>../small tmp/small" {
		t.Errorf("as tar: %s", names)
	}
	s.wantReply(t, token, "DELETE", at("/tmp/a", "&recursive=true"), "", 204, "")
}
