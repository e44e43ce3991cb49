package work

import (
	"context"
	"errors"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// EndLost ends, for everybody who follows them, the operations that LXD does not
// know any more after a break: a restart loses them all, and it forgets one 5 s
// after its end. It returns when ctx ends.
func (m *Manager) EndLost(ctx context.Context) {
	for ctx.Err() == nil {
		gaps, err := m.hub.Subscribe(lxd.System, lxd.EventFilter{AllProjects: true, Want: func(lxd.Event) bool { return false }})
		if err != nil { // nobody trusts somebody
			pause(ctx, time.Second)
			continue
		}
		for err == nil {
			if _, err = gaps.Next(ctx); err == nil { // gaps are always told
				m.endLost(ctx)
			}
		}
		gaps.Close()
	}
}

// endLost asks LXD about each operation that was heard of last when it ran.
func (m *Manager) endLost(ctx context.Context) {
	for _, operation := range m.hub.Unfinished() {
		now, err := m.ask(ctx, operation)
		switch {
		case lxd.IsNotFound(err):
			m.announce(lost(operation))
		case err == nil && now.Final():
			m.announce(now)
		case err != nil:
			return // there is another gap when it is back
		}
	}
}

// ask reads an operation, from an LXD that may be starting.
func (m *Manager) ask(ctx context.Context, operation *lxd.Operation) (*lxd.Operation, error) {
	until := time.Now().Add(settled)
	for {
		now, err := m.client.Operation(ctx, lxd.System, operation.UUID)
		if !errors.As(err, new(*lxd.UnavailableError)) || time.Now().After(until) || ctx.Err() != nil {
			return now, err
		}
		pause(ctx, time.Second)
	}
}
