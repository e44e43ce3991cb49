package mirror

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// Nobody waits for events that never were: the hub counts on from an earlier run
// with a leap, and no event stands for what it leaps over.
func TestALeapIsNotWaitedFor(t *testing.T) {
	m := on(t, simulated(t, lxdsim.Options{Instances: 3, Seed: 1}), func(hub *lxd.Hub) { hub.Resume("journal", 0) })
	begun := time.Now()
	ctx, stop := context.WithTimeout(t.Context(), longest)
	defer stop()
	m.CaughtUp(ctx)
	if waited := time.Since(begun); waited > longest/2 {
		t.Errorf("waited %s although nothing has happened", waited)
	}
}

// What is changed while everything is listed is in the first view there is, even
// where its kind was listed before the change.
func TestAChangeDuringTheFirstListIsReadAsItWasWritten(t *testing.T) {
	m := on(t, simulated(t, lxdsim.Options{Instances: 3, Seed: 1}))
	for n := range 20 {
		m.mutex.Lock()
		listing := m.inSync
		m.inSync = nil
		m.mutex.Unlock()
		text := fmt.Sprint("changed ", n)
		if _, err := m.client.UpdateProfile(t.Context(), lxd.System, nil, "default", "default", nil, &lxd.UpdateProfileInput{Description: &text}); err != nil {
			t.Fatal(err)
		}
		m.CaughtUp(t.Context())
		m.mutex.Lock()
		m.inSync = listing // which had read the profiles before
		m.mutex.Unlock()
		said, served := m.says()
		for begun := time.Now(); !served; said, served = m.says() {
			if time.Since(begun) > longest {
				t.Fatal("it is not served")
			}
			time.Sleep(time.Millisecond)
		}
		if said != text {
			t.Fatalf("it says %q, not %q", said, text)
		}
	}
}
