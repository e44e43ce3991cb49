package e2e

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const createExecSession = `mutation($name: String!, $project: String, $command: [String!], $interactive: Boolean, $width: Int, $height: Int) {
	createExecSession(name: $name, project: $project, command: $command, interactive: $interactive, width: $width, height: $height) { ticket url expiresAt } }`

// runningInstance makes an instance that runs, in a project of the test's own.
func (s *running) runningInstance(t *testing.T, token string) map[string]any {
	t.Helper()
	at := map[string]any{"name": newName(), "project": newProject(t, "true"), "start": true, "wait": 60}
	s.must(t, token, createBusybox, at)
	return map[string]any{"name": at["name"], "project": at["project"]}
}

// stream is a caller's end of a command: it keeps what comes.
type stream struct {
	*websocket.Conn
	t *testing.T

	mutex   sync.Mutex
	out     bytes.Buffer
	err     bytes.Buffer
	event   map[string]any // the last one
	closed  *websocket.CloseError
	changed chan struct{} // closed and made again at each change
	ended   chan struct{}
}

// exec opens a command, and reads all that comes.
func (s *running) exec(t *testing.T, token string, at map[string]any, interactive bool, command ...string) *stream {
	t.Helper()
	opened := s.openStream(t, s.execURL(t, token, at, interactive, command...))
	go opened.read()
	return opened
}

func (s *running) execURL(t *testing.T, token string, at map[string]any, interactive bool, command ...string) string {
	t.Helper()
	variables := map[string]any{"name": at["name"], "project": at["project"], "command": command, "interactive": interactive}
	return s.must(t, token, createExecSession, variables).at("createExecSession", "url").(string)
}

func (s *running) openStream(t *testing.T, url string) *stream {
	t.Helper()
	dialer := websocket.Dialer{ReadBufferSize: 32 << 10, WriteBufferSize: 32 << 10}
	connection, response, err := dialer.Dial(url, nil)
	if err != nil {
		t.Fatalf("%v (%v)", err, response)
	}
	t.Cleanup(func() { connection.Close() })
	return &stream{Conn: connection, t: t, changed: make(chan struct{}), ended: make(chan struct{})}
}

func (s *stream) read() {
	defer close(s.ended)
	stderr := false
	for {
		kind, data, err := s.ReadMessage()
		s.mutex.Lock()
		switch {
		case err != nil:
			s.closed, _ = err.(*websocket.CloseError)
		case kind == websocket.TextMessage:
			event := map[string]any{}
			json.Unmarshal(data, &event)
			if event["event"] == "stream" {
				stderr = event["stream"] == "stderr"
			} else {
				s.event = event
			}
		case stderr:
			s.err.Write(data)
		default:
			s.out.Write(data)
		}
		close(s.changed)
		s.changed = make(chan struct{})
		s.mutex.Unlock()
		if err != nil {
			return
		}
	}
}

func (s *stream) say(text string) {
	s.t.Helper()
	if err := s.WriteMessage(websocket.BinaryMessage, []byte(text)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stream) control(message string) {
	s.t.Helper()
	if err := s.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		s.t.Fatal(err)
	}
}

// sees waits until a text is in the output.
func (s *stream) sees(text string) {
	s.t.Helper()
	for late := time.After(20 * time.Second); ; {
		s.mutex.Lock()
		out, changed := s.out.String(), s.changed
		s.mutex.Unlock()
		if strings.Contains(out, text) {
			return
		}
		select {
		case <-changed:
		case <-s.ended:
			s.t.Fatalf("the stream ended (%v, %v) without %q: %.500q", s.event, s.closed, text, out)
		case <-late:
			s.t.Fatalf("%q does not come: %.500q", text, out)
		}
	}
}

// exits waits for the end and says what the exit code was; -1 for none.
func (s *stream) exits() int {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(90 * time.Second):
		s.t.Fatal("the stream does not end")
	}
	code, ok := s.event["exitCode"].(float64)
	if !ok || s.closed == nil || s.closed.Code != websocket.CloseNormalClosure {
		return -1
	}
	return int(code)
}

// operations are those that LXD runs in a project.
func operations(t *testing.T, project string) []any {
	t.Helper()
	lists, _ := lxdClient(t)("GET", "/1.0/operations?recursion=1&project="+project, nil)["metadata"].(map[string]any)
	running, _ := lists["running"].([]any)
	return slices.DeleteFunc(running, func(one any) bool { return into(one, "class") == "token" }) // which wait for days
}

// wantNoOperation waits at most 5 s until LXD runs nothing in a project.
func wantNoOperation(t *testing.T, project string) {
	t.Helper()
	for begun := time.Now(); len(operations(t, project)) > 0; time.Sleep(100 * time.Millisecond) {
		if time.Since(begun) > 5*time.Second {
			t.Errorf("an operation is left: %.500v", operations(t, project))
			return
		}
	}
}
