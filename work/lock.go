package work

import (
	"context"
	"sync"
)

// locks serialise what lxdql does to one object: LXD loses changes of devices
// that are made at the same time, ETags or not.
type locks struct {
	mutex sync.Mutex
	held  map[string]*lock
}

type lock struct {
	turn    chan struct{}
	waiting int
}

// take waits for its turn at a name; the returned function ends it.
func (l *locks) take(ctx context.Context, name string) (release func(), err error) {
	l.mutex.Lock()
	if l.held == nil {
		l.held = make(map[string]*lock)
	}
	one := l.held[name]
	if one == nil {
		one = &lock{turn: make(chan struct{}, 1)}
		l.held[name] = one
	}
	one.waiting++
	l.mutex.Unlock()
	leave := func() {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		if one.waiting--; one.waiting == 0 {
			delete(l.held, name)
		}
	}
	select {
	case one.turn <- struct{}{}:
		return func() { <-one.turn; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
