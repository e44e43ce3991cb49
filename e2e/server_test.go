// Package e2e sees the running server from outside, as users do: the built
// binary over HTTP and WebSocket, on a real LXD.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/db/pgtest"
)

var binary string

func TestMain(m *testing.M) {
	directory, err := os.MkdirTemp("", "lxdql-e2e-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(directory, "lxdql")
	if out, err := exec.Command("go", "build", "-race", "-o", binary, "..").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the server does not build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	pgtest.Stop()
	os.RemoveAll(directory)
	os.Exit(code)
}

// running is a server that a test started.
type running struct {
	url       string
	password  string
	directory string
	log       *bytes.Buffer // complete once stopped
	stop      func()
	kill      func() // without a chance to end what it does
	pid       int
}

// start starts the server in an empty directory, with nothing of the caller's
// environment that could configure it, and ends it after the test. A data race
// in it fails the test.
func start(t *testing.T, environment ...string) *running {
	t.Helper()
	const password = "correct horse battery"
	server := launch(t, exec.Command(binary), t.TempDir(), append([]string{"SEED_ADMIN_PASSWORD=" + password}, environment...)...)
	server.password = password
	return server
}

// launch runs what becomes the server, in a directory.
func launch(t *testing.T, command *exec.Cmd, directory string, environment ...string) *running {
	t.Helper()
	server := &running{directory: directory, log: &bytes.Buffer{}}
	command.Dir = server.directory
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + server.directory, "APP_PORT=0", "LOG_LEVEL=debug"}, environment...)
	output, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	server.pid = command.Process.Pid
	address := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewScanner(io.TeeReader(output, server.log))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var line struct{ Msg, URL string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
				address <- strings.TrimSuffix(line.URL, "/")
			}
		}
	}()
	ended := false
	server.stop = func() {
		if ended {
			return
		}
		ended = true
		command.Process.Signal(os.Interrupt)
		timeout := time.AfterFunc(30*time.Second, func() { command.Process.Kill() })
		<-read
		if err := command.Wait(); err != nil || !timeout.Stop() {
			t.Errorf("the server ended with %v%s", err, lastWords(server.log.String()))
		}
		if strings.Contains(server.log.String(), "DATA RACE") {
			t.Errorf("data race:\n%s", server.log)
		}
	}
	server.kill = func() {
		ended = true
		command.Process.Kill()
		<-read
		command.Wait()
	}
	t.Cleanup(server.stop)
	select {
	case server.url = <-address:
	case <-read:
		t.Fatalf("the server did not start:\n%s", server.log)
	case <-time.After(2 * time.Minute):
		t.Fatal("the server does not say that it serves")
	}
	return server
}

// lastWords are what a server wrote when it panicked.
func lastWords(log string) string {
	for _, word := range []string{"panic: ", "fatal error: "} {
		if _, words, ok := strings.Cut(log, word); ok {
			return "\n" + word + words[:min(len(words), 4000)]
		}
	}
	return ""
}

// onRealLXD starts the server on the real LXD of TEST_LXD_SOCKET.
func onRealLXD(t *testing.T, environment ...string) *running {
	t.Helper()
	return start(t, append([]string{"LXD_SOCKET_PATH=" + realSocket(t)}, environment...)...)
}

func realSocket(t *testing.T) string {
	t.Helper()
	socket := os.Getenv("TEST_LXD_SOCKET")
	if socket == "" {
		if os.Getenv("TEST_LXD_REQUIRED") != "" {
			t.Fatal("TEST_LXD_REQUIRED is set and TEST_LXD_SOCKET is not: this test needs a real LXD")
		}
		t.Skip("no real LXD: make test sets one up where root and apt are there")
	}
	return socket
}

// answer is a response of GraphQL.
type answer struct {
	Status int `json:"-"`
	Data   map[string]any
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
	Extensions map[string]any
	Text       string `json:"-"`
}

// code is the first error's code; "" for none.
func (a *answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	code, _ := a.Errors[0].Extensions["code"].(string)
	return code
}

// at walks into the data: at("instances", "nodes", 0, "name").
func (a *answer) at(path ...any) any { return into(a.Data, path...) }

func into(value any, path ...any) any {
	for _, step := range path {
		switch key := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[key]
		case int:
			list, _ := value.([]any)
			if key >= len(list) {
				return nil
			}
			value = list[key]
		}
	}
	return value
}

// ask sends a query with a token; "" is anonymous.
func (s *running) ask(t *testing.T, token, query string, variables map[string]any) *answer {
	t.Helper()
	if !strings.HasPrefix(query, "mutation") { // which looks at LXD itself
		heard()
	}
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return s.post(t, token, "application/json", string(body))
}

func (s *running) post(t *testing.T, token, contentType, body string) *answer {
	t.Helper()
	// Not the test's context: what cleans up asks too, when that has ended.
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/graphql", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Accept", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	parsed := &answer{Status: response.StatusCode, Text: string(text)}
	if err := json.Unmarshal(text, parsed); err != nil {
		t.Fatalf("HTTP %d, which is not JSON: %s", response.StatusCode, text)
	}
	return parsed
}

// must is ask where an error ends the test.
func (s *running) must(t *testing.T, token, query string, variables map[string]any) *answer {
	t.Helper()
	response := s.ask(t, token, query, variables)
	if len(response.Errors) > 0 || response.Status != http.StatusOK {
		t.Fatalf("%s\nHTTP %d: %s", query, response.Status, response.Text)
	}
	return response
}

// login logs the administrator in.
func (s *running) login(t *testing.T) string {
	t.Helper()
	response := s.must(t, "", `mutation($password: String!) { login(username: "admin", password: $password) { accessToken } }`, map[string]any{"password": s.password})
	return response.at("login", "accessToken").(string)
}

var secretInLog = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}\.|correct horse`)

// wantNoSecretInLog fails when a token or the password went into the log.
func (s *running) wantNoSecretInLog(t *testing.T) {
	t.Helper()
	s.stop()
	if found := secretInLog.FindString(s.log.String()); found != "" {
		t.Errorf("the log holds a secret: %s", found)
	}
}
