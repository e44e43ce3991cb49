package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/db"
	"go.uber.org/goleak"
)

// running is a whole server on a simulated LXD, in this process.
type running struct {
	t       *testing.T
	url     string
	service *auth.Service
	log     *bytes.Buffer
	stop    func()
}

const secret = "0123456789abcdef0123456789abcdef"

func run(t *testing.T) *running {
	t.Helper()
	url := "sqlite:///" + filepath.Join(t.TempDir(), "test.db")
	config := &Config{
		Host: "127.0.0.1", LXDMode: "simulated", SimulatedCount: 20, LXDTimeout: timeoutOption(10 * time.Second),
		DatabaseURL: url, JWTSecret: secret, AccessMinutes: 30, RefreshDays: 7, AdminName: "admin", AdminPassword: "the first administrator", CORSOrigins: "https://portal.example",
	}
	server := &running{t: t, log: &bytes.Buffer{}}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- Run(ctx, config, slog.New(slog.NewJSONHandler(server.log, &slog.HandlerOptions{Level: slog.LevelDebug})), func(address string) { ready <- address })
	}()
	select {
	case address := <-ready:
		server.url = "http://" + address
	case err := <-ended:
		t.Fatal(err)
	}
	database, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	server.service = auth.New(database, auth.Options{Secret: []byte(secret)})
	var once sync.Once
	server.stop = func() {
		once.Do(func() {
			database.Close()
			cancel()
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("the server ended with %v", err)
				}
			case <-time.After(20 * time.Second):
				t.Error("the server does not end")
			}
			http.DefaultClient.CloseIdleConnections()
		})
	}
	t.Cleanup(server.stop)
	return server
}

// user makes a user and logs in; a nil role has only grants, of which there are none.
func (s *running) user(name string, role *auth.Role) string {
	s.t.Helper()
	if _, err := s.service.CreateUser(s.t.Context(), name, "a good password", role); err != nil {
		s.t.Fatal(err)
	}
	payload, err := s.service.Login(s.t.Context(), name, "a good password")
	if err != nil {
		s.t.Fatal(err)
	}
	return payload.AccessToken
}

type answer struct {
	Data   map[string]any
	Errors []struct {
		Message    string
		Extensions map[string]any
	}
	text string
}

func (a *answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Extensions["code"].(string)
}

// ask sends one question; variables may be left out.
func (s *running) ask(token, query string, variables ...map[string]any) *answer {
	s.t.Helper()
	question := map[string]any{"query": query}
	for _, given := range variables {
		question["variables"] = given
	}
	body, err := json.Marshal(question)
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	got := &answer{text: string(text)}
	if err := json.Unmarshal(text, got); err != nil {
		s.t.Fatalf("%v: %s", err, text)
	}
	return got
}

func role(r auth.Role) *auth.Role { return &r }

// A stop ends everything: sockets with a reason, goroutines all of them.
func TestAStopLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	server := run(t)
	token := server.user("viewer", role(auth.RoleViewer))
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	socket, _, err := dialer.Dial(strings.Replace(server.url, "http", "ws", 1)+"/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for _, message := range []string{
		`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`,
		`{"id":"1","type":"subscribe","payload":{"query":"subscription { events(allProjects: true) { cursor } }"}}`,
	} {
		if err := socket.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	if _, data, err := socket.ReadMessage(); err != nil || !strings.Contains(string(data), "connection_ack") {
		t.Fatalf("%s %v", data, err)
	}
	server.ask(token, `{ instances { nodes { name state { pid } } } }`)
	go server.stop()
	for {
		if _, _, err := socket.ReadMessage(); err != nil {
			if ended, ok := err.(*websocket.CloseError); !ok || ended.Code != websocket.CloseGoingAway {
				t.Errorf("the socket ended with %v", err)
			}
			break
		}
	}
	server.stop()
}

// The simulation says that it is one.
func TestASimulationSaysSo(t *testing.T) {
	server := run(t)
	got := server.ask(server.user("viewer", role(auth.RoleViewer)), `{ server { simulated securityNotes } instances(allProjects: true) { totalCount nodes { name project { name } profiles { name } image { fingerprint } state { pid } snapshots { name } devices { name type } } } }`)
	if got.code() != "" || !strings.Contains(got.text, `"simulated":true`) || !strings.Contains(got.text, `"totalCount":20`) || !strings.Contains(got.text, "simulated LXD") {
		t.Errorf("%s", got.text)
	}
}

// Everything that is served is told, and everything that is told is served.
func TestEndpointsAreServed(t *testing.T) {
	server := run(t)
	told := server.ask(server.user("viewer", role(auth.RoleViewer)), `{ httpEndpoints { methods path } health { status lxd { ok } database { ok } } }`)
	if !strings.Contains(told.text, `"status":"ok"`) {
		t.Error(told.text)
	}
	if anonymous := server.ask("", `{ health { status } }`); anonymous.code() != "" {
		t.Errorf("health is public: %s", anonymous.text)
	}
	for _, endpoint := range told.Data["httpEndpoints"].([]any) {
		path := endpoint.(map[string]any)["path"].(string)
		method, _, _ := strings.Cut(endpoint.(map[string]any)["methods"].(string), ",")
		request, err := http.NewRequest(method, server.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode == http.StatusNotFound {
			t.Errorf("%s is not served", path)
		}
	}
}
