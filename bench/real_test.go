package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// real is a server of its own on the real LXD of TEST_LXD_SOCKET, and an
// instance that runs there.
type real struct {
	b        *testing.B
	url      string
	token    string
	pid      int
	socket   string
	direct   *http.Client
	instance string
}

// onRealLXD starts both, and removes them at the end.
func onRealLXD(b *testing.B) *real {
	b.Helper()
	s := besideLXD(b)
	s.launch()
	s.lxd("POST", "/1.0/instances", map[string]any{"name": s.instance, "source": map[string]any{"type": "image", "alias": "busybox"}})
	b.Cleanup(func() {
		s.lxd("PUT", "/1.0/instances/"+s.instance+"/state", map[string]any{"action": "stop", "force": true})
		s.lxd("DELETE", "/1.0/instances/"+s.instance, nil)
	})
	s.lxd("PUT", "/1.0/instances/"+s.instance+"/state", map[string]any{"action": "start"})
	return s
}

// besideLXD is the real LXD, and no server yet.
func besideLXD(b *testing.B) *real {
	b.Helper()
	socket := os.Getenv("TEST_LXD_SOCKET")
	if socket == "" {
		b.Skip("this is measured on a real LXD: scripts/lxd.sh start DIR, and its socket as TEST_LXD_SOCKET")
	}
	s := &real{b: b, socket: socket, instance: "bench-" + strings.ToLower(rand.Text()[:8])}
	s.direct = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	return s
}

// launch starts the server as users do: built, in an empty directory. It ends
// with the benchmark, or when stop is called.
func (s *real) launch(environment ...string) (stop func()) {
	s.b.Helper()
	directory := s.b.TempDir()
	binary := filepath.Join(directory, "lxdql")
	if out, err := exec.Command("go", "build", "-o", binary, "..").CombinedOutput(); err != nil {
		s.b.Fatalf("%v\n%s", err, out)
	}
	command := exec.Command(binary)
	command.Dir = directory
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "APP_PORT=0", "LXD_SOCKET_PATH=" + s.socket, "SEED_ADMIN_PASSWORD=a bench password", "TMPDIR=" + directory}
	command.Env = append(command.Env, environment...)
	if profile := os.Getenv("GODEBUG"); profile != "" {
		command.Env = append(command.Env, "GODEBUG="+profile)
	}
	output, err := command.StderrPipe()
	if err != nil {
		s.b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		s.b.Fatal(err)
	}
	s.pid = command.Process.Pid
	stop = sync.OnceFunc(func() {
		command.Process.Signal(os.Interrupt)
		command.Wait()
	})
	s.b.Cleanup(stop)
	s.url, s.token = "", ""
	lines := bufio.NewScanner(output)
	for s.url == "" && lines.Scan() {
		var line struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			s.url = strings.TrimSuffix(line.URL, "/")
		}
	}
	go io.Copy(io.Discard, output)
	s.token = s.graphQL(`mutation { login(username: "admin", password: "a bench password") { accessToken } }`)["login"].(map[string]any)["accessToken"].(string)
	return stop
}

func (s *real) graphQL(query string) map[string]any {
	s.b.Helper()
	var answer struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal(s.raw(query), &answer); err != nil || len(answer.Errors) > 0 {
		s.b.Fatal(err, answer.Errors)
	}
	return answer.Data
}

// raw is the answer as it comes.
func (s *real) raw(query string) []byte {
	s.b.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		s.b.Fatal(err)
	}
	request, err := http.NewRequest("POST", s.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		s.b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.b.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.b.Fatal(err, response.Status, string(answer))
	}
	return answer
}

// calls is how many requests LXD got for a question.
func (s *real) calls(query string) int {
	s.b.Helper()
	var answer struct {
		Extensions struct{ LXD struct{ Calls int } }
	}
	if err := json.Unmarshal(s.raw(query), &answer); err != nil {
		s.b.Fatal(err)
	}
	return answer.Extensions.LXD.Calls
}

// lxd asks LXD itself, and waits for the end of what it begins.
func (s *real) lxd(method, path string, body any) map[string]any {
	s.b.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.b.Fatal(err)
	}
	request, err := http.NewRequest(method, "http://lxd"+path, bytes.NewReader(text))
	if err != nil {
		s.b.Fatal(err)
	}
	response, err := s.direct.Do(request)
	if err != nil {
		s.b.Fatal(err)
	}
	defer response.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer["type"] == "error" {
		s.b.Fatal(method, path, err, answer)
	}
	if answer["type"] == "async" {
		operation := answer["operation"].(string)
		if details, _ := answer["metadata"].(map[string]any); details["class"] != "websocket" {
			operation, query, _ := strings.Cut(operation, "?")
			s.lxd("GET", operation+"/wait?"+query, nil)
		}
	}
	return answer
}

// curl runs curl to its end.
func (s *real) curl(arguments ...string) {
	s.b.Helper()
	if out, err := exec.Command("curl", append([]string{"-sS", "--fail-with-body"}, arguments...)...).CombinedOutput(); err != nil {
		s.b.Fatalf("curl: %v\n%s", err, out)
	}
}

// ours and theirs are curl at the server and at LXD.
func (s *real) ours(path string, arguments ...string) {
	s.b.Helper()
	s.curl(append(arguments, "-o", "/dev/null", "-H", "Authorization: Bearer "+s.token, s.url+"/api/v1"+path)...)
}

func (s *real) theirs(path string, arguments ...string) {
	s.b.Helper()
	s.curl(append(arguments, "-o", "/dev/null", "--unix-socket", s.socket, "http://lxd"+path)...)
}

// peak is the most memory that the server has held since forget, in bytes.
func (s *real) peak() int {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.pid) + "/status")
	if err != nil {
		s.b.Skip("the memory of another process is known on Linux only")
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib, _ := strconv.Atoi(strings.Fields(rest)[0])
	return kib << 10
}

func (s *real) forget() {
	if err := os.WriteFile("/proc/"+strconv.Itoa(s.pid)+"/clear_refs", []byte("5"), 0); err != nil {
		s.b.Log("the peak of memory is that since the start: ", err)
	}
}

func median[T cmp.Ordered](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

// long says whether the long form is wanted.
func long() bool { return os.Getenv("LXDQL_SOAK") != "" }

// since is how long something takes.
func since(do func()) float64 {
	begun := time.Now()
	do()
	return time.Since(begun).Seconds()
}
