package server

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// tallied is a simulated LXD that remembers what it is asked for, and that may
// take its time.
type tallied struct {
	*lxdsim.Server
	socket string
	mutex  sync.Mutex
	asked  []string
	slow   time.Duration
}

func (c *tallied) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mutex.Lock()
	slow := c.slow
	if r.URL.Path != "/1.0/events" {
		c.asked = append(c.asked, r.URL.RequestURI())
	}
	c.mutex.Unlock()
	time.Sleep(slow)
	c.Server.ServeHTTP(w, r)
}

// during are the requests while something is done, each of which takes so long.
func (c *tallied) during(slow time.Duration, do func()) []string {
	c.mutex.Lock()
	c.asked, c.slow = nil, slow
	c.mutex.Unlock()
	do()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.slow = 0
	return slices.Clone(c.asked)
}

func talliedLXD(t *testing.T) *tallied {
	t.Helper()
	c := &tallied{Server: lxdsim.New(lxdsim.Options{Instances: 12, Pools: 2, Networks: 2, Projects: 1, OperationDelay: time.Millisecond, Seed: 3})}
	t.Cleanup(c.Close)
	c.socket = listening(t, c)
	return c
}

// What is asked for decides what LXD is asked for, and several who ask at one
// moment are one to it.
func TestLXDIsAskedForNoMoreThanItMustBe(t *testing.T) {
	lxd := talliedLXD(t)
	database := "sqlite:///" + filepath.Join(filepath.Dir(lxd.socket), "test.db")
	server := runOn(t, lxd.socket, database, 0, func(c *Config) { c.Mirror = "off" })
	token := server.user("boss", role(auth.RoleAdmin))
	const name = "web-0"
	full := func(path string) bool { // the answer that LXD pays most for
		return strings.Contains(path, "recursion=2") || strings.HasPrefix(path, "/1.0/instances/"+name+"?") && strings.Contains(path, "recursion=1")
	}
	every := func(path string) bool { return strings.HasPrefix(path, "/1.0/instances?") }
	for query, never := range map[string]func(string) bool{
		`{ instances { nodes { name snapshots { name } } } }`:                           full,
		`{ instances { nodes { name status snapshots { name createdAt stateful } } } }`: full,
		`{ instance(name: "web-0") { snapshots { name } } }`:                            full,
		`{ instance(name: "web-0") { status snapshots { name createdAt } } }`:           full,
		`{ instance(name: "web-0") { backups { name } } }`:                              every,
		`{ instance(name: "web-0") { status backups { name createdAt } } }`:             every,
	} {
		paths := lxd.during(0, func() {
			if got := server.ask(token, query); got.code() != "" {
				t.Error(query, got.text)
			}
		})
		if at := slices.IndexFunc(paths, never); at >= 0 || len(paths) == 0 {
			t.Errorf("%s asks LXD for %v", query, paths)
		}
	}
	const callers = 12
	for query, part := range map[string]string{
		`{ instance(name: "web-0") { state { pid } } }`:            "/1.0/instances/web-0",
		`{ network(name: "lxdbr0") { state { mtu } } }`:            "/1.0/networks/lxdbr0/state",
		`{ network(name: "lxdbr0") { leases { address } } }`:       "/1.0/networks/lxdbr0/leases",
		`{ storagePool(name: "default") { space { usedBytes } } }`: "/1.0/storage-pools/default/resources",
		`{ instances { nodes { name state { pid } } } }`:           "recursion=2",
	} {
		paths := lxd.during(300*time.Millisecond, func() { // so that all have come when LXD answers
			var asking sync.WaitGroup
			for range callers {
				asking.Go(func() {
					if got := server.ask(token, query); got.code() != "" {
						t.Error(query, got.text)
					}
				})
			}
			asking.Wait()
		})
		live := 0
		for _, path := range paths {
			if strings.Contains(path, part) && (part != "/1.0/instances/web-0" || strings.Contains(path, "/state") || full(path)) {
				live++
			}
		}
		// Where the object itself is read before, they may come to it in two groups.
		if live == 0 || live > 2 {
			t.Errorf("%d callers of %s make %d requests: %v", callers, query, live, paths)
		}
	}
}
