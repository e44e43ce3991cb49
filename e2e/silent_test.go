package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Who announces bytes and sends none, or takes none, is given up after a while,
// and who sends more than was announced has sent only that. Nothing of it stays.
func TestSendersThatFallSilentOrLie(t *testing.T) {
	temporary := t.TempDir()
	server := onRealLXD(t, "STREAM_IDLE_SECONDS=2", "TMPDIR="+temporary)
	token := server.login(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, token, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	file := "/instances/" + name + "/files/tmp/x?project=" + project
	send := func(method, path, head, body string) string {
		t.Helper()
		socket, err := net.Dial("tcp", strings.TrimPrefix(server.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
		fmt.Fprintf(socket, "%s /api/v1%s HTTP/1.1\r\nHost: lxdql\r\nAuthorization: Bearer %s\r\nContent-Type: application/octet-stream\r\n%s\r\n\r\n%s", method, path, token, head, body)
		socket.SetReadDeadline(time.Now().Add(30 * time.Second))
		told, _ := io.ReadAll(socket)
		return string(told)
	}
	for what, path := range map[string]string{"a file": file, "an instance": "/instances/import?name=silent&project=" + project, "a volume": "/storage-pools/default/volumes/import?name=" + newName(), "an image": "/images/import"} {
		method := "POST"
		if path == file {
			method = "PUT"
		}
		for sent, body := range map[string]string{"nothing": "", "some": "beginning"} {
			if told := send(method, path, "Content-Length: 1000000", body); !strings.HasPrefix(told, "HTTP/1.1 408") || !strings.Contains(told, `"TIMEOUT"`) {
				t.Errorf("%s, %s sent: %.400s", what, sent, told)
			}
		}
		if told := send(method, path, "Transfer-Encoding: chunked", "nonsense\r\n"); !strings.HasPrefix(told, "HTTP/1.1 400") {
			t.Errorf("%s in pieces that are none: %.400s", what, told)
		}
	}
	for head, want := range map[string]string{"Content-Length: -1": "400", "Content-Length: 5\r\nContent-Length: 6": "400", "Content-Length: x": "400"} {
		if told := send("PUT", file, head, "hello"); !strings.HasPrefix(told, "HTTP/1.1 "+want) {
			t.Errorf("%s: %.300s", head, told)
		}
	}
	if left := server.call(t, token, "GET", "/instances/"+name+"/files/tmp?project="+project, nil); left.at("files", 0) != nil {
		t.Errorf("of what never came there is %s", left.body)
	}
	// What is longer than announced is another request, which is none.
	told := send("PUT", file, "Content-Length: 5", "hello, and more\r\n\r\n")
	if !strings.HasPrefix(told, "HTTP/1.1 201") || strings.Count(told, "HTTP/1.1 400") != 1 {
		t.Errorf("more than announced: %.600s", told)
	}
	if kept := server.call(t, token, "GET", file, nil); string(kept.body) != "hello" {
		t.Errorf("kept: %q", kept.body)
	}
	if left := server.must(t, token, `query($p: String) { instances(project: $p) { totalCount } }`, map[string]any{"p": project}); left.at("instances", "totalCount") != 1.0 {
		t.Errorf("instances: %s", left.Text)
	}
	server.takesNothing(t, token, project, name)
	wantNoOperation(t, project)
	wantNoOperation(t, "default")
	server.wantNothingKept(t, temporary)
	wantNoUpload(t)
	kept := server.must(t, token, `{ auditEvents(first: 100) { nodes { action code } } }`, nil)
	if !strings.Contains(kept.Text, `"writeInstanceFile","code":"TIMEOUT"`) || !strings.Contains(kept.Text, `"writeInstanceFile","code":null`) {
		t.Errorf("the audit trail: %.2000s", kept.Text)
	}
}

// takesNothing reads the beginning of what is sent, and then no more.
func (s *running) takesNothing(t *testing.T, token, project, name string) {
	t.Helper()
	source, _ := randomFile(t, 20<<20) // more than the connection holds
	content, err := os.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	at := "?project=" + project
	if up := s.call(t, token, "PUT", "/instances/"+name+"/files/root/random"+at, content); up.status != 201 {
		t.Fatalf("%d %s", up.status, up.body)
	}
	answers := map[string]*http.Response{}
	for what, path := range map[string]string{"a file": "/files/root/random" + at, "an export": "/export" + at + "&compression=none", "a directory": "/files/root" + at + "&archive=tar"} {
		socket, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
		socket.SetReadDeadline(time.Now().Add(30 * time.Second))
		fmt.Fprintf(socket, "GET /api/v1/instances/%s%s HTTP/1.1\r\nHost: lxdql\r\nAuthorization: Bearer %s\r\n\r\n", name, path, token)
		if answers[what], err = http.ReadResponse(bufio.NewReader(socket), nil); err != nil || answers[what].StatusCode != 200 {
			t.Fatalf("%s: %v %v", what, answers[what], err)
		}
	}
	time.Sleep(6 * time.Second)
	for what, answer := range answers {
		if came, err := io.Copy(io.Discard, answer.Body); err == nil {
			t.Errorf("%s goes on to its end after %d bytes", what, came)
		}
	}
	ended := s.must(t, token, `query($id: ID!) { waitOperation(id: $id, timeoutSeconds: 20) { status } }`, map[string]any{"id": answers["an export"].Header.Get("X-Operation-ID")})
	if ended.at("waitOperation", "status") != "FAILURE" {
		t.Errorf("the operation of an export: %s", ended.Text)
	}
	if left := backupsOf(t, project, name); len(left) > 0 {
		t.Errorf("LXD keeps %v", left)
	}
}

// wantNoUpload fails when LXD keeps what was sent to it and not made into anything.
func wantNoUpload(t *testing.T) {
	t.Helper()
	directory := filepath.Dir(os.Getenv("TEST_LXD_SOCKET"))
	for _, pattern := range []string{"backups/lxd_*", "images/lxd_*"} {
		left, err := filepath.Glob(filepath.Join(directory, pattern))
		if err != nil || len(left) > 0 {
			t.Errorf("LXD keeps %v %v", left, err)
		}
	}
}
