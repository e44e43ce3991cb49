package server

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
)

// listener is a socket of somebody who subscribes.
type listener struct {
	*websocket.Conn
	t *testing.T
}

func (s *running) listen(token string) *listener {
	s.t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	socket, _, err := dialer.Dial(strings.Replace(s.url, "http", "ws", 1)+"/graphql", http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { socket.Close() })
	socket.SetReadDeadline(time.Now().Add(time.Minute))
	heard := &listener{socket, s.t}
	heard.tell(`{"type":"connection_init"}`)
	if message := heard.next(); message.Type != "connection_ack" {
		s.t.Fatal(message)
	}
	return heard
}

func (l *listener) tell(message string) {
	l.t.Helper()
	if err := l.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		l.t.Fatal(err)
	}
}

func (l *listener) subscribe(id, query string, variables map[string]any) {
	l.t.Helper()
	payload, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		l.t.Fatal(err)
	}
	l.tell(`{"id":"` + id + `","type":"subscribe","payload":` + string(payload) + `}`)
}

// heard is a message of a socket.
type heard struct {
	ID, Type string
	Payload  struct {
		Data struct {
			Events struct{ Cursor, Project, Action string }
		}
		Extensions map[string]any
	}
}

func (l *listener) next() (message heard) {
	l.t.Helper()
	if err := l.ReadJSON(&message); err != nil {
		l.t.Fatal(err)
	}
	return message
}

// wantClosed reads until the socket is closed with the code.
func (l *listener) wantClosed(code int) {
	l.t.Helper()
	for {
		if _, _, err := l.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, code) {
				l.t.Fatalf("closed by %v, want %d", err, code)
			}
			return
		}
	}
}

// wantExecutions waits until so many executions of `events` run: each has one
// goroutine that reads them.
func wantExecutions(t *testing.T, count int) {
	t.Helper()
	stacks := make([]byte, 16<<20)
	executions := func() int {
		return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "created by github.com/lxdql/lxdql/resolvers.stream[")
	}
	now := executions()
	for begun := time.Now(); now != count && time.Since(begun) < 5*time.Second; now = executions() {
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // for one more that may come
	if now = executions(); now != count {
		t.Fatalf("%d executions, want %d", now, count)
	}
}

const allEvents = `subscription { events(types: [LIFECYCLE], allProjects: true) { cursor project ... on LifecycleEvent { action } } }`

// happen lets something happen in each of the projects.
func (s *running) happen(admin string, projects ...string) {
	s.t.Helper()
	for _, project := range projects {
		made := s.ask(admin, `mutation($name: String!, $project: String!) { createProfile(input: {name: $name, project: $project}) { profile { name } } }`,
			map[string]any{"name": fmt.Sprintf("made-%d", time.Now().UnixNano()), "project": project})
		if made.code() != "" {
			s.t.Fatal(made.text)
		}
	}
}

// Callers share an execution exactly when they have the same rights, whoever they
// are and by whatever they came in; and nobody is told of another's project.
func TestRightsThatDifferNeverShare(t *testing.T) {
	server := run(t)
	admin := server.user("boss", role(auth.RoleAdmin))
	for _, project := range []string{"red", "blue"} {
		if made := server.ask(admin, `mutation($name: String!) { createProject(input: {name: $name}) { project { name } } }`, map[string]any{"name": project}); made.code() != "" {
			t.Fatal(made.text)
		}
	}
	granted := func(name string, grants ...string) string {
		token := server.user(name, nil)
		for _, grant := range grants {
			project, role, _ := strings.Cut(grant, " ")
			if given := server.ask(admin, `mutation { grantRole(username: "`+name+`", project: "`+project+`", role: `+role+`) { user { id } } }`); given.code() != "" {
				t.Fatal(given.text)
			}
		}
		return token
	}
	byToken := func(of, input string) string {
		made := server.ask(of, `mutation { createApiToken(input: {description: "x", `+input+`}) { token } }`)
		if made.code() != "" {
			t.Fatal(made.text)
		}
		return made.Data["createApiToken"].(map[string]any)["token"].(string)
	}
	viewer, operator := server.user("viewer", role(auth.RoleViewer)), server.user("operator", role(auth.RoleOperator))
	everything := []string{"blue", "default", "red"}
	kinds := []struct {
		what   string
		tokens []string // with the same rights
		sees   []string
	}{
		{"viewers", []string{viewer, server.user("viewer2", role(auth.RoleViewer))}, everything},
		{"operators", []string{operator, server.user("operator2", role(auth.RoleOperator))}, everything},
		{"administrators", []string{admin, server.user("boss2", role(auth.RoleAdmin))}, everything},
		{"of red", []string{granted("red", "red VIEWER"), granted("red2", "red VIEWER")}, []string{"red"}},
		{"operators of red", []string{granted("red3", "red OPERATOR")}, []string{"red"}},
		{"of blue", []string{granted("blue", "blue VIEWER")}, []string{"blue"}},
		{"of both", []string{granted("both", "red VIEWER", "blue VIEWER"), granted("both2", "blue VIEWER", "red VIEWER")}, []string{"blue", "red"}},
		{"tokens", []string{byToken(viewer, ""), byToken(viewer, "")}, everything},
		{"tokens that read", []string{byToken(admin, "readOnly: true")}, everything},
		{"tokens of less", []string{byToken(admin, "role: VIEWER")}, everything},
		{"tokens of red", []string{byToken(admin, `projects: ["red"]`), byToken(admin, `projects: ["red"]`)}, []string{"red"}},
		{"tokens of red that read", []string{byToken(admin, `projects: ["red"], readOnly: true`)}, []string{"red"}},
	}
	sockets := map[string][]*listener{}
	for n, kind := range kinds {
		for _, token := range kind.tokens {
			socket := server.listen(token)
			socket.subscribe("1", allEvents, nil)
			sockets[kind.what] = append(sockets[kind.what], socket)
		}
		wantExecutions(t, n+1)
	}
	server.happen(admin, "red", "blue", "default")
	time.Sleep(time.Second)
	requests := map[any]bool{}
	for _, kind := range kinds {
		for _, socket := range sockets[kind.what] {
			socket.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
			seen := map[string]bool{}
			var message heard
			for socket.ReadJSON(&message) == nil {
				if message.Payload.Data.Events.Action == "profile-created" {
					seen[message.Payload.Data.Events.Project] = true
				}
				if id := message.Payload.Extensions["requestId"]; id == nil || id == "" {
					t.Errorf("a message without a request's id: %+v", message)
				}
			}
			if requests[message.Payload.Extensions["requestId"]] {
				t.Error("two sockets are told the same request's id")
			}
			requests[message.Payload.Extensions["requestId"]] = true
			for _, project := range everything {
				if seen[project] != slices.Contains(kind.sees, project) {
					t.Errorf("%s see %s: %v", kind.what, project, seen[project])
				}
			}
		}
	}
}

// Whose right to ask ends is ended, by logging out or by the token's time, and
// those who share the execution go on. Event streams share it too.
func TestTheEndOfOneIsNotTheEndOfOthers(t *testing.T) {
	server := run(t)
	admin := server.user("boss", role(auth.RoleAdmin))
	leaving := server.user("leaving", role(auth.RoleViewer))
	gone, stays := server.listen(leaving), server.listen(server.user("staying", role(auth.RoleViewer)))
	gone.subscribe("1", allEvents, nil)
	stays.subscribe("1", allEvents, nil)
	stream := server.events(server.user("streaming", role(auth.RoleViewer)), allEvents)
	wantExecutions(t, 1)
	expires := time.Now().Add(3 * time.Second).UTC().Format(time.RFC3339Nano)
	made := server.ask(server.user("expiring", role(auth.RoleViewer)), `mutation { createApiToken(input: {description: "x", expiresAt: "`+expires+`"}) { token } }`)
	short := server.listen(made.Data["createApiToken"].(map[string]any)["token"].(string))
	short.subscribe("1", allEvents, nil)
	wantExecutions(t, 2)
	if left := server.ask(leaving, `mutation { logout { __typename } }`); left.code() != "" {
		t.Fatal(left.text)
	}
	gone.wantClosed(4401)
	short.wantClosed(4401)
	wantExecutions(t, 1)
	server.happen(admin, "default")
	if message := stays.next(); message.Type != "next" || message.Payload.Data.Events.Cursor == "" {
		t.Errorf("%+v", message)
	}
	for stream.Scan() {
		if strings.HasPrefix(stream.Text(), "data: {\"data\":{\"events\":{\"cursor\"") {
			break
		}
	}
	if stream.Err() != nil {
		t.Error(stream.Err())
	}
	stays.Close()
	wantExecutions(t, 1)
}

// events begins an event stream.
func (s *running) events(token, query string) *bufio.Scanner {
	s.t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	request, _ := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/graphql", strings.NewReader(string(body)))
	request.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}, "Authorization": {"Bearer " + token}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { response.Body.Close() })
	return bufio.NewScanner(response.Body)
}
