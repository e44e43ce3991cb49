package lxd

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What several ask for at one moment LXD is asked for once; a change in between
// makes whoever asks after it ask anew, and who may not ask gets nothing.
func TestWhatSeveralAskForIsReadOnce(t *testing.T) {
	var asked atomic.Int64
	release := make(chan struct{})
	client := onSocket(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		<-release
		w.Write([]byte(`{"type":"sync","metadata":{"status":"Running","pid":7,"disk":{"root":{}},"network":{"eth0":{}}}}`))
	})
	instance := &Instance{Project: "p", Name: "c"}
	var asking sync.WaitGroup
	ask := func() {
		asking.Go(func() {
			if state, err := client.InstanceState(t.Context(), only("p"), instance); err != nil || state.ProcessID != 7 || state.Disks["root"].Name != "root" || state.Networks["eth0"].Counters == nil {
				t.Errorf("%+v, %v", state, err)
			}
		})
	}
	for range 20 {
		ask()
	}
	for begun := time.Now(); asked.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatal("nobody asks")
		}
	}
	time.Sleep(50 * time.Millisecond) // for the others
	if _, err := client.InstanceState(t.Context(), only("other"), instance); !IsNotFound(err) {
		t.Errorf("who may not see it is told %v", err)
	}
	time.Sleep(oldest)
	ask()
	for begun := time.Now(); asked.Load() < 2; time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatal("who asks later is told what LXD was asked for too long ago")
		}
	}
	client.writes.count.Add(1)
	ask()
	for begun := time.Now(); asked.Load() < 3; time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatal("who asks after a change is told what was before it")
		}
	}
	close(release)
	asking.Wait()
	if asked.Load() != 3 {
		t.Errorf("LXD was asked %d times", asked.Load())
	}
}
