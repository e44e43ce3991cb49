package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// counter stands between the server and LXD and counts the requests.
type counter struct {
	socket string
	mutex  sync.Mutex
	paths  []string
	broken string // the end of a path that fails; "" is none
}

// fail makes requests fail whose path ends so; "" makes none.
func (c *counter) fail(path string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.broken = path
}

func countRequests(t *testing.T, socket string) *counter {
	t.Helper()
	directory, err := os.MkdirTemp("", "count") // t.TempDir's names are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	counting := &counter{socket: filepath.Join(directory, "s")}
	listener, err := net.Listen("unix", counting.socket)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "lxd"})
	proxy.Transport = &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counting.mutex.Lock()
		counting.paths = append(counting.paths, r.URL.Path)
		broken := counting.broken != "" && strings.HasSuffix(r.URL.Path, counting.broken)
		counting.mutex.Unlock()
		if broken {
			w.WriteHeader(http.StatusInternalServerError)
			w.Write([]byte(`{"type":"error","error_code":500,"error":"the disk is on fire","metadata":null}`))
			return
		}
		proxy.ServeHTTP(w, r)
	})}
	go server.Serve(listener)
	t.Cleanup(func() {
		server.Close()
		os.RemoveAll(directory)
	})
	return counting
}

// during are the requests that LXD receives while something is done.
func (c *counter) during(do func()) []string {
	c.mutex.Lock()
	c.paths = nil
	c.mutex.Unlock()
	do()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.paths
}

const allEdges = `query($project: String) { instances(project: $project) { totalCount nodes { name status config
	project { name } profiles { name project { name } } image { fingerprint project { name } } state { pid network { name } } ipv4
	snapshots { name } devices { name type } } } }`

// The number of requests does not grow with the number of instances.
func TestRequestsDoNotGrowWithInstances(t *testing.T) {
	counting := countRequests(t, realSocket(t))
	server := start(t, "LXD_SOCKET_PATH="+counting.socket, "MIRROR=off")
	token := server.login(t)
	project := newProject(t, "true")
	counts := map[int][]string{}
	made := 0
	for _, wanted := range []int{5, 50} {
		for ; made < wanted; made++ {
			server.must(t, token, createBusybox, map[string]any{"name": fmt.Sprintf("%s-%d", project, made), "project": project, "wait": 60})
		}
		counts[wanted] = counting.during(func() {
			read := server.must(t, token, allEdges, map[string]any{"project": project})
			if total := read.at("instances", "totalCount"); total != float64(wanted) {
				t.Fatalf("%v instances, not %d", total, wanted)
			}
			for n := range wanted {
				instance := read.at("instances", "nodes", n)
				if into(instance, "project", "name") != project || into(instance, "profiles", 0, "project", "name") != project ||
					into(instance, "image", "fingerprint") == nil || into(instance, "state") == nil || into(instance, "devices", 0, "name") == nil {
					t.Fatalf("an edge is missing: %v", instance)
				}
			}
		})
	}
	if len(counts[5]) != len(counts[50]) || len(counts[50]) > 5 {
		t.Errorf("5 instances: %v\n50 instances: %v", counts[5], counts[50])
	}
	names := counting.during(func() {
		server.must(t, token, `query($project: String) { instances(project: $project) { nodes { name id } } }`, map[string]any{"project": project})
	})
	if len(names) != 1 {
		t.Errorf("names alone take %v", names)
	}
	t.Logf("requests at 5: %v, at 50: %v", counts[5], counts[50])
}
