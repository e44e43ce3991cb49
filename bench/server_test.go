// Package bench measures the whole server over HTTP and WebSocket on a
// simulated LXD, with a load of its own. What it prints are ratios within one
// run, because the milliseconds of one machine say nothing about another's.
package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/lxdql/lxdql/lxd/lxdsim"
	"github.com/lxdql/lxdql/server"
)

// bench is a server on a simulated LXD, which it asks over a socket, and a
// client of each.
type bench struct {
	b        testing.TB
	url      string
	token    string
	lxd      *lxdsim.Server
	requests *atomic.Int64 // that LXD got
	client   *http.Client  // of the server
	direct   *http.Client  // of LXD itself
	socket   string        // of LXD

	mutex   sync.Mutex
	keep    bool     // LXD's answers
	answers [][]byte // of LXD, while they are kept
}

func start(b testing.TB, instances int, flags ...string) *bench {
	b.Helper()
	simulated := lxdsim.New(lxdsim.Options{Instances: instances, Pools: 2, Networks: 2, Projects: 1, OperationDelay: time.Millisecond, Seed: 1})
	b.Cleanup(simulated.Close)
	running := &bench{b: b, lxd: simulated, requests: &atomic.Int64{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}}
	socket := running.listen()
	running.direct = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	running.socket = socket
	running.serve(socket, flags...)
	running.login()
	return running
}

func (s *bench) login() {
	var session struct{ Login struct{ AccessToken string } }
	s.ask(`mutation { login(username: "admin", password: "a bench password") { accessToken } }`, &session)
	s.token = session.Login.AccessToken
}

// recorded keeps LXD's answers while something is asked.
func (s *bench) recorded(ask func() []byte) (answers [][]byte, response []byte) {
	s.mutex.Lock()
	s.keep, s.answers = true, nil
	s.mutex.Unlock()
	response = ask()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.keep = false
	return s.answers, response
}

// record keeps what is written.
type record struct {
	http.ResponseWriter
	bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.Buffer.Write(p)
	return r.ResponseWriter.Write(p)
}

func (s *bench) serveLXD(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	s.mutex.Lock()
	keep := s.keep
	s.mutex.Unlock()
	if !keep {
		s.lxd.ServeHTTP(w, r)
		return
	}
	kept := &record{ResponseWriter: w}
	s.lxd.ServeHTTP(kept, r)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.answers = append(s.answers, kept.Bytes())
}

// listen puts a count of requests before the simulated LXD.
func (s *bench) listen() string {
	directory, err := os.MkdirTemp("", "bench")
	if err != nil {
		s.b.Fatal(err)
	}
	socket := filepath.Join(directory, "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		s.b.Fatal(err)
	}
	counting := &http.Server{Handler: http.HandlerFunc(s.serveLXD)}
	go counting.Serve(listener)
	s.b.Cleanup(func() {
		counting.Close()
		os.RemoveAll(directory)
	})
	return socket
}

func (s *bench) serve(socket string, more ...string) {
	config := &server.Config{}
	flags, err := kong.New(config)
	if err != nil {
		s.b.Fatal(err)
	}
	if _, err := flags.Parse(append([]string{"--port=0", "--lxd-mode=local", "--lxd-socket=" + socket, "--database=sqlite:///" + filepath.Join(s.b.TempDir(), "bench.db"), "--admin-password=a bench password"}, more...)); err != nil {
		s.b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- server.Run(ctx, config, slog.New(slog.DiscardHandler), func(listening string) { address <- listening })
	}()
	select {
	case listening := <-address:
		s.url = "http://" + listening + "/graphql"
	case err := <-ended:
		s.b.Fatal(err)
	}
	s.b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.b.Error(err)
		}
	})
}

// ask sends a question and reads its answer into data, which may be nil; it
// returns the answer's size in bytes.
func (s *bench) ask(query string, data any) int {
	text := s.answer(query)
	if data != nil {
		answer := struct{ Data any }{data}
		if err := json.Unmarshal(text, &answer); err != nil {
			s.b.Fatal(err)
		}
	}
	return len(text)
}

// answer is the answer to a question, which must not hold errors.
func (s *bench) answer(query string) []byte {
	body, _ := json.Marshal(map[string]string{"query": query})
	request, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		s.b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	text := s.read(s.client, request)
	if bytes.HasPrefix(text, []byte(`{"errors"`)) {
		s.b.Fatalf("%s: %s", query, text)
	}
	return text
}

// get asks LXD itself.
func (s *bench) get(path string) {
	request, err := http.NewRequest(http.MethodGet, "http://lxd"+path, nil)
	if err != nil {
		s.b.Fatal(err)
	}
	s.read(s.direct, request)
}

func (s *bench) read(client *http.Client, request *http.Request) []byte {
	response, err := client.Do(request)
	if err != nil {
		s.b.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.b.Fatalf("%v %s %s", err, response.Status, text)
	}
	return text
}
