package work

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// tellEvery bounds how often a transfer tells how far it is.
const tellEvery = time.Second

// undoing is how long what a transfer leaves behind may take to be removed
// when the server stops.
const undoing = 5 * time.Second

// Transfer is an operation whose work is bytes that pass between a caller and
// LXD, in the goroutine of the caller's request: when the caller goes away it
// fails, and what it has made is undone before it says so.
type Transfer struct {
	manager *Manager
	uuid    string
	begun   time.Time

	mutex  sync.Mutex
	undo   []func() error
	told   time.Time
	later  *time.Timer // tells what has passed since; nil for nothing
	stage  string
	total  int64
	passed int64
	facts  map[string]any
}

// The ends of a transfer that are nobody's fault.
var (
	// ErrGone is the caller having gone away.
	ErrGone = errors.New("the caller went away before the end")
	// errCancelled is the operation having been cancelled.
	errCancelled = errors.New("the operation was cancelled")
	// ErrStopping is the server being stopped.
	ErrStopping = errors.New("the server was stopped meanwhile: do it again in a moment")
)

// Transfer begins an operation, works, and ends it with what the work says.
func (m *Manager) Transfer(ctx context.Context, description, project string, resources map[string][]string, do func(context.Context, *Transfer) error) error {
	operation := m.client.NewOperation(description, project, resources)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(m.ctx, func() { cancel(ErrStopping) })
	defer stop()
	if err := m.add(&task{operation, func() { cancel(errCancelled) }, make(chan struct{})}); err != nil {
		return err
	}
	m.running.Add(1)
	defer m.running.Done()
	defer m.hold(operation)()
	m.announce(operation)
	transfer := &Transfer{manager: m, uuid: operation.UUID, begun: time.Now(), facts: map[string]any{}}
	worked := errors.New("broken off") // what a panic is to the operation
	defer func() { transfer.end(worked) }()
	worked = why(ctx, do(ctx, transfer))
	if errors.Is(worked, context.Canceled) {
		transfer.end(worked)
		return &lxd.OperationError{Operation: transfer.Operation()}
	}
	return worked
}

// Aside is [Manager.Transfer] in a goroutine of its own, which ends with ctx or
// with the manager; ended is told once how it ended.
func (m *Manager) Aside(ctx context.Context, description, project string, resources map[string][]string, do func(context.Context, *Transfer) error) (ended <-chan error) {
	told := make(chan error, 1)
	m.running.Go(func() { told <- m.Transfer(ctx, description, project, resources, do) })
	return told
}

// why is what an error comes from: a ctx that has ended says it better.
func why(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case err == nil || cause == nil:
		return err
	case errors.Is(cause, errCancelled):
		return context.Canceled
	case errors.Is(cause, ErrStopping):
		return cause
	case !errors.Is(err, context.Canceled) && !errors.Is(err, ErrGone):
		return err
	case !errors.Is(cause, context.Canceled): // logged out, or with fewer rights
		return cause
	}
	return ErrGone
}

// end undoes what is to be undone and then tells the end, once.
func (t *Transfer) end(err error) {
	if t.Operation().Final() {
		return
	}
	undone := t.clean()
	t.publish(true)
	if undone != nil {
		t.manager.failed(undone)
	}
	t.manager.finish(t.uuid, err)
}

// Operation is the operation as it is now.
func (t *Transfer) Operation() *lxd.Operation { return t.manager.find(t.uuid).operation }

// Follow waits for the end of an operation of LXD that is a part of this one;
// nil for none.
func (t *Transfer) Follow(ctx context.Context, stage string, operation *lxd.Operation) error {
	if operation == nil {
		return nil
	}
	t.Stage(stage, 0)
	return t.manager.ending(ctx, operation)
}

// Await is [Transfer.Follow] for what has to be waited for although the caller
// has gone, such as what is undone after that.
func (t *Transfer) Await(ctx context.Context, operation *lxd.Operation) error {
	if operation == nil {
		return nil
	}
	return t.manager.ending(ctx, operation)
}

// Finally is done when the work is at its end, however it ends, last thing
// first. What it returns begins with it sooner, beside the work; where that
// fails, it is tried again at the end.
func (t *Transfer) Finally(undo func(context.Context) error) (sooner func()) {
	var mutex sync.Mutex
	done := false
	once := func() error {
		mutex.Lock()
		defer mutex.Unlock()
		if done {
			return nil
		}
		ctx, cancel := t.manager.toUndo()
		defer cancel()
		err := undo(ctx)
		done = err == nil
		return err
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.undo = append(t.undo, once)
	return func() { t.manager.running.Go(func() { _ = once() }) }
}

// clean undoes, also when the server stops meanwhile.
func (t *Transfer) clean() error {
	t.mutex.Lock()
	undo := t.undo
	t.undo = nil
	t.mutex.Unlock()
	var errs []error
	for n := len(undo) - 1; n >= 0; n-- {
		errs = append(errs, undo[n]())
	}
	return errors.Join(errs...)
}

// toUndo is a context that goes on for a while when the server stops.
func (m *Manager) toUndo() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	stop := context.AfterFunc(m.ctx, func() { time.AfterFunc(undoing, cancel) })
	return ctx, func() { stop(); cancel() }
}

// Stage says what is being done, with how many bytes are to come; 0 is unknown.
func (t *Transfer) Stage(stage string, total int64) {
	t.mutex.Lock()
	t.stage, t.total, t.passed, t.begun = stage, max(total, 0), 0, time.Now()
	t.mutex.Unlock()
	t.publish(true)
}

// Passed tells how many bytes have passed in this stage.
func (t *Transfer) Passed(bytes int64) {
	t.mutex.Lock()
	t.passed = bytes
	t.mutex.Unlock()
	t.publish(false)
}

// Fact adds what else is known to the operation's metadata.
func (t *Transfer) Fact(name string, value any) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.facts[name] = value
}

// publish tells how far it is, at most once a second unless it has to; what it
// does not tell now it tells when the second is over, should nothing more come.
func (t *Transfer) publish(now bool) {
	t.mutex.Lock()
	if wait := tellEvery - time.Since(t.told); !now && wait > 0 {
		if t.later == nil {
			t.later = time.AfterFunc(wait, func() { t.publish(true) })
		}
		t.mutex.Unlock()
		return
	}
	if t.later != nil {
		t.later.Stop()
		t.later = nil
	}
	t.told = time.Now()
	facts := maps.Clone(t.facts)
	stage, passed, total, seconds := t.stage, t.passed, t.total, time.Since(t.begun).Seconds()
	t.mutex.Unlock()
	t.manager.change(t.uuid, func(operation *lxd.Operation) *lxd.Operation {
		return operation.WithTransfer(stage, passed, total, seconds, facts)
	})
}

// change replaces an operation that has not ended, and tells it.
func (m *Manager) change(uuid string, to func(*lxd.Operation) *lxd.Operation) {
	m.mutex.Lock()
	t := m.tasks[uuid]
	if t == nil || t.operation.Final() {
		m.mutex.Unlock()
		return
	}
	t.operation = to(t.operation)
	operation := t.operation
	m.mutex.Unlock()
	m.announce(operation)
}

// Sum notes how many bytes have passed in all, and their SHA-256; "" is none.
func (t *Transfer) Sum(bytes int64, sha256 string) {
	t.Fact("bytes", bytes)
	if sha256 != "" {
		t.Fact("sha256", sha256)
	}
}

// Result is [Transfer.Follow] with something that LXD tells at the end of the
// operation.
func (t *Transfer) Result(ctx context.Context, stage string, operation *lxd.Operation, name string) (string, error) {
	if operation == nil {
		return "", errors.New("LXD began no operation")
	}
	t.Stage(stage, 0)
	ended, err := t.manager.await(ctx, operation, longest)
	if err != nil {
		return "", err
	}
	if ended.Status() != lxd.OperationSuccess {
		return "", &lxd.OperationError{Operation: ended}
	}
	found, _ := ended.Details[name].(string)
	return found, nil
}
