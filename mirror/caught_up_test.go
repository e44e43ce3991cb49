package mirror

import (
	"context"
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
