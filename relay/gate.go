package relay

import (
	"context"
	"sync"
)

// gate lets output through, or holds it up. The zero value is open; it is safe
// for concurrent use.
type gate struct {
	mutex  sync.Mutex
	opened chan struct{} // nil while it is open; closed when it is opened
}

// set closes the gate, or opens it.
func (g *gate) set(shut bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	switch {
	case shut && g.opened == nil:
		g.opened = make(chan struct{})
	case !shut && g.opened != nil:
		close(g.opened)
		g.opened = nil
	}
}

// pass waits until the gate is open; it fails with the cause when ctx ends before.
func (g *gate) pass(ctx context.Context) error {
	g.mutex.Lock()
	opened := g.opened
	g.mutex.Unlock()
	if opened == nil {
		return nil
	}
	select {
	case <-opened:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
