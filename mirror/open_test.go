package mirror

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// A change of ours whose read fails, while an event asks for the same read, is
// read again as ours: or else memory is never served from any more.
func TestAChangeIsReadAlthoughAnEventCameBetween(t *testing.T) {
	simulated := lxdsim.New(lxdsim.Options{Instances: 2})
	t.Cleanup(simulated.Close)
	var failing atomic.Bool
	asked, answer := make(chan struct{}, 10), make(chan struct{})
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	serving := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if failing.Load() && r.Method == http.MethodGet && r.URL.Path == "/1.0/profiles/default" {
			asked <- struct{}{}
			<-answer
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"type":"error","error":"disk I/O error","error_code":500}`)
			return
		}
		simulated.ServeHTTP(w, r)
	})}
	go serving.Serve(listener)
	t.Cleanup(func() { serving.Close() })
	m := on(t, socket)
	m.idle()
	failing.Store(true)
	key := Key{Profiles, "default", "default"}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	m.wrote(lxd.Write{Method: http.MethodPatch, Address: "/1.0/profiles/default?project=default"})
	<-asked // it is read for us
	m.mutex.Lock()
	m.mark(settlesSlow, key) // the event of the change
	m.mutex.Unlock()
	failing.Store(false)
	close(answer)
	m.CaughtUp(ctx)
	for range 80 { // LXD is well again: everything settles in 6 s
		time.Sleep(100 * time.Millisecond)
		if _, err := m.View(); err == nil {
			break
		}
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if len(m.open) > 0 || m.lagging(m.behind) {
		t.Errorf("LXD is asked for ever: open %v, behind %d, pending %d", m.open, m.behind, len(m.pending))
	}
}
