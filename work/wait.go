package work

import (
	"context"
	"errors"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// recheck is how often LXD itself is asked how an operation is whose events are
// waited for: an event may be lost.
const recheck = 10 * time.Second

// WaitOperation waits for the end of an operation for at most the given time
// and returns it as it is then.
func (m *Manager) WaitOperation(ctx context.Context, as lxd.Scope, uuid string, atMost time.Duration) (*lxd.Operation, error) {
	operation, err := m.Operation(ctx, as, uuid)
	if err != nil || operation.Final() {
		return operation, err
	}
	own := m.find(uuid)
	if own == nil {
		return m.await(ctx, operation, atMost)
	}
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-own.done:
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return m.Operation(ctx, as, uuid)
}

// await waits for the events of an operation of LXD. It listens first and looks
// then, so that one that ended meanwhile is seen. Where LXD is not heard it is
// asked to tell the end.
func (m *Manager) await(ctx context.Context, operation *lxd.Operation, atMost time.Duration) (*lxd.Operation, error) {
	events, err := m.hub.Subscribe(lxd.System, lxd.EventFilter{AllProjects: true, Want: func(event lxd.Event) bool {
		change, ok := event.(*lxd.OperationEvent)
		return ok && change.Operation.UUID == operation.UUID
	}})
	if err != nil || (!m.heard() && !operation.Own) {
		if err == nil {
			events.Close()
		}
		return m.client.WaitOperation(ctx, lxd.System, operation, atMost)
	}
	defer events.Close()
	until := time.Now().Add(atMost)
	for {
		if heard := m.hub.Operation(operation.UUID); heard != nil && heard.Final() {
			return heard, nil
		}
		ended, err := next(ctx, events, min(recheck, time.Until(until)))
		if ended != nil || err != nil {
			return ended, err
		}
		now, err := m.Operation(ctx, lxd.System, operation.UUID)
		if err != nil || now.Final() || !time.Now().Before(until) {
			return m.last(now, operation.UUID, err)
		}
	}
}

// last prefers what was heard to LXD's having forgotten it.
func (m *Manager) last(now *lxd.Operation, uuid string, err error) (*lxd.Operation, error) {
	if heard := m.hub.Operation(uuid); lxd.IsNotFound(err) && heard != nil {
		return heard, nil
	}
	return now, err
}

// next is the operation's end, when that is told within the time; nil when it
// is not, or something may have been missed.
func next(ctx context.Context, events *lxd.Subscription, within time.Duration) (*lxd.Operation, error) {
	waiting, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		event, err := events.Next(waiting)
		switch told := event.(type) {
		case *lxd.OperationEvent:
			if told.Operation.Final() {
				return told.Operation, nil
			}
		case *lxd.GapEvent:
			return nil, nil
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, context.DeadlineExceeded), errors.As(err, new(*lxd.LaggedError)):
			return nil, nil
		case err != nil:
			return nil, err
		}
	}
}

// heard reports whether LXD's events arrive.
func (m *Manager) heard() bool {
	select {
	case <-m.hub.Connected():
		return true
	default:
		return false
	}
}
