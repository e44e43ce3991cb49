package server

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// What is asked of LXD itself is not kept, though another's question has paid for
// the call.
func TestWhatIsAskedLiveIsNotKept(t *testing.T) {
	simulated := lxdsim.New(lxdsim.Options{Instances: 3, OperationDelay: time.Millisecond, Seed: 3})
	t.Cleanup(simulated.Close)
	var slow atomic.Bool
	socket := listening(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slow.Load() && r.URL.Path == "/1.0/instances" {
			time.Sleep(300 * time.Millisecond)
		}
		simulated.ServeHTTP(w, r)
	}))
	server := runOn(t, socket, "sqlite:///"+filepath.Join(filepath.Dir(socket), "test.db"), 16)
	token := server.user("operator", role(auth.RoleOperator))
	settled(t, token, server)
	const query = `{ networkAcls { totalCount } instances(freshness: LIVE, orderBy: {field: MEMORY_USAGE_BYTES, direction: ASC}) { nodes { name status } } }`
	slow.Store(true)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { server.get(token, query, nil, "") })
	}
	both.Wait()
	slow.Store(false)
	for status, mutation := range map[string]string{"RUNNING": "startInstance", "STOPPED": "stopInstance"} {
		server.ask(token, `mutation { `+mutation+`(name: "cache-0", wait: 10) { instance { status } } }`)
		if got := server.get(token, query, nil, ""); !strings.Contains(got.data, `{"name":"cache-0","status":"`+status+`"}`) {
			t.Errorf("it is %s, and was told as %s", status, got.text)
		}
	}
}
