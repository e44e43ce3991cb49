package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A console is typed into and read; leaving it leaves what runs there alone.
func TestAConsole(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	const create = `mutation($name: String!, $project: String, $type: ConsoleType) { createConsoleSession(name: $name, project: $project, type: $type, width: 100, height: 40) { url } }`
	at["type"] = "VGA"
	if got := server.ask(t, token, create, at); got.code() != "BAD_USER_INPUT" || got.Errors[0].Extensions["argument"] != "type" {
		t.Errorf("the screen of a container: %s", got.Text)
	}
	at["type"] = "CONSOLE"
	for _, goodbye := range []bool{true, false} {
		console := server.openStream(t, server.must(t, token, create, at).at("createConsoleSession", "url").(string))
		go console.read()
		console.awakes()
		console.say("echo at-the-console-$((40+2))\n")
		console.sees("at-the-console-42")
		console.control(`{"command":"window-resize","args":{"width":"91","height":"31"}}`)
		if goodbye {
			console.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
		}
		console.NetConn().Close()
		wantNoOperation(t, at["project"].(string))
	}
	last := server.openStream(t, server.must(t, token, create, at).at("createConsoleSession", "url").(string))
	go last.read()
	last.awakes()
	server.must(t, token, `mutation($name: String!, $project: String) { stopInstance(name: $name, project: $project, force: true, wait: 30) { operation { status } } }`, at)
	select {
	case <-last.ended:
		if last.closed == nil || last.closed.Code != websocket.CloseNormalClosure {
			t.Errorf("the console of an instance that stops closes with %v", last.closed)
		}
	case <-time.After(10 * time.Second):
		t.Error("the console of an instance that stops does not end")
	}
	wantNoOperation(t, at["project"].(string))
}

// awakes presses Enter until the console's shell answers: LXD throws away what
// comes before it has connected, and does not say when it has.
func (s *stream) awakes() {
	s.t.Helper()
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(500 * time.Millisecond) {
		s.say("\n")
		s.mutex.Lock()
		out := s.out.String()
		s.mutex.Unlock()
		if strings.Contains(out, "#") {
			return
		}
	}
	s.t.Fatal("the console does not answer")
}

// A log is sent and deleted by HTTP, for those who may read it.
func TestLogsAreSent(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	ask := lxdClient(t)
	in := "?project=" + at["project"].(string)
	path := "/1.0/instances/" + at["name"].(string)
	waitRaw(ask, ask("POST", path+"/exec"+in, map[string]any{"command": []string{"echo", "hush-hush"}, "record-output": true}))
	logs := map[string]string{}
	for _, log := range server.must(t, token, `query($name: String!, $project: String) { instance(name: $name, project: $project) { logs { name downloadUrl } } }`, at).at("instance", "logs").([]any) {
		log := log.(map[string]any)
		name := log["name"].(string)
		if strings.HasSuffix(name, ".stdout") {
			name = "stdout"
		}
		logs[name] = log["downloadUrl"].(string)
	}
	get := func(method, token, address, part string) (int, string, http.Header) {
		t.Helper()
		request, err := http.NewRequest(method, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		if part != "" {
			request.Header.Set("Range", part)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(body), response.Header
	}
	base := server.url + "/api/v1/instances/" + at["name"].(string) + "/logs/"
	for name, want := range map[string]int{"%2e%2e": 400, "..%2f..": 400, "a%00b": 400, "none.log": 400, "exec-output/none": 404, "exec-output/%2e%2e": 400} {
		if status, body, _ := get("GET", token, base+name+in, ""); status != want || !strings.Contains(body, `"status":"error"`) {
			t.Errorf("%s: HTTP %d %s", name, status, body)
		}
	}
	if status, _, _ := get("GET", token, server.url+"/api/v1/instances/nobody/logs/lxc.log", ""); status != 404 {
		t.Errorf("of no instance: HTTP %d", status)
	}
	if status, body, _ := get("GET", "", logs["lxc.log"], ""); status != 401 || !strings.Contains(body, `"error":"Missing or invalid API key"`) {
		t.Errorf("anonymous: HTTP %d %s", status, body)
	}
	if status, body, header := get("GET", token, logs["stdout"], ""); status != 200 || body != "hush-hush\n" || header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("HTTP %d %s %v", status, body, header)
	}
	if status, body, _ := get("GET", token, logs["stdout"], "bytes=5-8"); status != 206 || body != "hush" {
		t.Errorf("HTTP %d %s", status, body)
	}
	if status, body, _ := get("GET", token, logs["lxc.conf"], ""); status != 200 || !strings.Contains(body, "lxc.uts.name") {
		t.Errorf("HTTP %d %s", status, body)
	}
	if status, _, _ := get("DELETE", token, logs["stdout"], ""); status != 204 {
		t.Errorf("deleting: HTTP %d", status)
	}
	if status, _, _ := get("GET", token, logs["stdout"], ""); status != 404 {
		t.Errorf("after it was deleted: HTTP %d", status)
	}
	server.demote(t, "VIEWER")
	viewer := server.login(t)
	if status, _, _ := get("GET", viewer, logs["lxc.log"], ""); status != 200 {
		t.Errorf("a viewer, what LXD says: HTTP %d", status)
	}
	for _, method := range []string{"GET", "DELETE"} {
		if status, body, _ := get(method, viewer, logs["lxc.conf"], ""); status != 403 || !strings.Contains(body, "FORBIDDEN") {
			t.Errorf("a viewer, %s of what holds secrets: HTTP %d %s", method, status, body)
		}
	}
}
