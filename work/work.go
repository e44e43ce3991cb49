// Package work holds operations of lxdql's own: several steps of LXD that are
// one to the caller. They look like LXD's operations, come in the same events,
// and go on when the caller is gone.
package work

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

const (
	// maxRunning bounds the operations that run at once.
	maxRunning = 256
	// kept is how long an operation is remembered after its end, and mostKept
	// how many are.
	kept     = 10 * time.Minute
	mostKept = 4096
	// longest is how long one may take in all.
	longest = time.Hour
)

// Manager runs operations and remembers them. Its goroutines end when the
// context of [New] ends; [Manager.Wait] waits for them.
type Manager struct {
	ctx     context.Context
	client  *lxd.Client
	hub     *lxd.Hub
	running sync.WaitGroup

	mutex sync.Mutex
	tasks map[string]*task

	locks   locks
	polls   polls
	store   Store
	journal *journal.Journal
	// failed is told what went wrong where nobody waits for it.
	failed func(error)
}

// task is one operation. Its operation is replaced, never changed, so that
// whoever holds one holds a moment of it.
type task struct {
	operation *lxd.Operation
	cancel    context.CancelFunc
	done      chan struct{}
}

// New makes a manager whose operations end with ctx, and which keeps in the
// store what has to outlive it; the journal knows what LXD has forgotten. Failed is told what went wrong where nobody
// waits for it.
func New(ctx context.Context, client *lxd.Client, hub *lxd.Hub, store Store, told *journal.Journal, failed func(error)) *Manager {
	return &Manager{ctx: ctx, client: client, hub: hub, tasks: make(map[string]*task), store: store, journal: told, failed: failed}
}

// Step is one part of an operation. It returns the operation of LXD that it
// began, which is waited for; nil when LXD answered at once.
type Step func(context.Context) (*lxd.Operation, error)

// Run begins an operation of several steps, one after the other; the first
// that fails ends it. Resources are what it works on, in LXD's form.
func (m *Manager) Run(description, project string, resources map[string][]string, steps ...Step) (*lxd.Operation, error) {
	operation := m.client.NewOperation(description, project, resources)
	return operation, m.begin(operation, func(ctx context.Context) error { return m.steps(ctx, steps) })
}

// begin does the work of an operation in a goroutine of its own; its error is
// how the operation ends.
func (m *Manager) begin(operation *lxd.Operation, work func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(m.ctx, longest)
	if err := m.add(&task{operation, cancel, make(chan struct{})}); err != nil {
		cancel()
		return err
	}
	release := m.hold(operation)
	m.announce(operation)
	m.running.Go(func() {
		defer cancel()
		defer release()
		m.finish(operation.UUID, work(ctx))
	})
	return nil
}

// progress tells how far a bulk is.
func (m *Manager) progress(uuid string, items []*lxd.BulkItem) {
	m.mutex.Lock()
	t := m.tasks[uuid]
	if t == nil || t.operation.Final() {
		m.mutex.Unlock()
		return
	}
	t.operation = t.operation.WithItems(items)
	operation := t.operation
	m.mutex.Unlock()
	m.announce(operation)
}

func (m *Manager) add(t *task) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.forget()
	running := 0
	for _, other := range m.tasks {
		if !other.operation.Final() {
			running++
		}
	}
	if running >= maxRunning || m.ctx.Err() != nil {
		return &lxd.LimitError{Message: fmt.Sprintf("%d operations run already, the most that this server takes: try again in a moment", running)}
	}
	m.tasks[t.operation.UUID] = t
	return nil
}

// forget drops what ended long ago, and of the rest the oldest where there are
// too many; the caller holds the mutex.
func (m *Manager) forget() {
	var oldest *lxd.Operation
	for uuid, t := range m.tasks {
		switch ended := t.operation; {
		case !ended.Final():
		case time.Since(ended.UpdatedAt.Time) > kept:
			delete(m.tasks, uuid)
		case oldest == nil || ended.UpdatedAt.Before(oldest.UpdatedAt.Time):
			oldest = ended
		}
	}
	if oldest != nil && len(m.tasks) >= mostKept {
		delete(m.tasks, oldest.UUID)
	}
}

func (m *Manager) steps(ctx context.Context, steps []Step) error {
	for _, step := range steps {
		operation, err := step(ctx)
		if err != nil {
			return err
		}
		if operation == nil {
			continue
		}
		if err := m.follow(ctx, operation); err != nil {
			return err
		}
	}
	return nil
}

// follow waits for the end of an operation of LXD, and cancels it when our own is cancelled.
func (m *Manager) follow(ctx context.Context, operation *lxd.Operation) error {
	err := m.ending(ctx, operation)
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), m.client.CancelOperation(context.WithoutCancel(ctx), lxd.System, operation))
	}
	return err
}

// ending waits for the end of an operation of LXD; nil is success.
func (m *Manager) ending(ctx context.Context, operation *lxd.Operation) error {
	for {
		current, err := m.await(ctx, operation, time.Minute)
		switch {
		case err != nil:
			return err
		case current.Status() == lxd.OperationSuccess:
			return nil
		case current.Final():
			return &lxd.OperationError{Operation: current}
		}
	}
}

func (m *Manager) finish(uuid string, err error) {
	m.mutex.Lock()
	t := m.tasks[uuid]
	t.operation = t.operation.Ended(err)
	close(t.done)
	m.mutex.Unlock()
	m.announce(t.operation)
}

// announce tells an operation's state to the subscribers of events.
func (m *Manager) announce(operation *lxd.Operation) {
	head := lxd.EventHead{Type: lxd.EventOperation, Timestamp: operation.UpdatedAt, Effective: operation.Project, Member: operation.Member}
	m.hub.Publish(&lxd.OperationEvent{EventHead: head, Operation: operation})
}

// Wait returns when no operation runs any more, which takes the end of the
// context of [New].
func (m *Manager) Wait() { m.running.Wait() }
