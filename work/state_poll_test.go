package work

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// However many watch one instance at one interval, LXD is asked once each time;
// when the last has gone it is not asked any more.
func TestOneLookForAllWhoWatch(t *testing.T) {
	directory, err := os.MkdirTemp("", "poll")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(directory)
	simulated := lxdsim.New(lxdsim.Options{Instances: 4, Seed: 1})
	defer simulated.Close()
	var looks atomic.Int32
	socket, err := net.Listen("unix", filepath.Join(directory, "s"))
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/state") {
			looks.Add(1)
		}
		simulated.ServeHTTP(w, r)
	})}
	go web.Serve(socket)
	defer web.Close()
	client, err := lxd.New(t.Context(), lxd.Config{SocketPath: filepath.Join(directory, "s"), Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(context.Background())
	manager := New(ctx, client, lxd.NewHub(client), nil, nil, func(err error) { t.Error(err) })
	defer manager.Wait()
	defer cancel()

	if _, err := manager.WatchState(t.Context(), viewer("other"), "default", "web-0", time.Second); !lxd.IsNotFound(err) {
		t.Errorf("who may not see it watches it: %v", err)
	}
	watching, leave := context.WithCancel(t.Context())
	defer leave()
	var last <-chan *lxd.InstanceStateSample
	for range 50 {
		if last, err = manager.WatchState(watching, lxd.System, "default", "web-0", time.Second); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	var sample *lxd.InstanceStateSample
	for range 3 {
		sample = <-last
	}
	if sample.Reason != "" || sample.State == nil {
		t.Errorf("the third sample: %+v", sample)
	}
	took := time.Since(begun)
	if asked, most := looks.Load(), int32(took/time.Second)+2; asked < 3 || asked > most {
		t.Errorf("50 watchers made LXD be asked %d times in %v", asked, took)
	}
	leave()
	for range last { // until it is closed
	}
	time.Sleep(time.Second)
	before := looks.Load()
	time.Sleep(2 * time.Second)
	if after := looks.Load(); after != before {
		t.Errorf("LXD is asked %d times for nobody", after-before)
	}
}
