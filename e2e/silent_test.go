package e2e

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Who announces bytes and sends none, or takes none, is given up after a while,
// and who sends more than was announced has sent only that. Nothing of it stays.
func TestSendersThatFallSilentOrLie(t *testing.T) {
	server := onRealLXD(t, "STREAM_IDLE_SECONDS=2")
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
	wantNoOperation(t, project)
	wantNoOperation(t, "default")
	kept := server.must(t, token, `{ auditEvents(first: 100) { nodes { action code } } }`, nil)
	if !strings.Contains(kept.Text, `"writeInstanceFile","code":"TIMEOUT"`) || !strings.Contains(kept.Text, `"writeInstanceFile","code":null`) {
		t.Errorf("the audit trail: %.2000s", kept.Text)
	}
}
