package work

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/lxdql/lxdql/lxd"
)

// bulkRun is a bulk while it runs.
type bulkRun struct {
	manager *Manager
	as      lxd.Scope
	wish    BulkWish

	mutex sync.Mutex
	bulk  *Bulk
}

// all works on the items, so many at a time, and keeps each outcome before it
// is told.
func (b *bulkRun) all(ctx context.Context) error {
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	beating, silenced := context.WithCancel(b.manager.ctx) // a cancelled bulk waits for what it began
	var heart sync.WaitGroup
	heart.Go(func() {
		b.manager.beats(beating, b.bulk.UUID, func() { stop(errors.New("another server has ended this bulk")) })
	})
	defer heart.Wait()
	defer silenced()
	turns := make(chan struct{}, b.wish.MaxParallel)
	var busy sync.WaitGroup
	for n, item := range b.bulk.Items {
		if item.Ended() {
			continue
		}
		select {
		case turns <- struct{}{}:
		case <-working.Done():
		}
		if working.Err() != nil {
			break
		}
		busy.Go(func() {
			defer func() { <-turns }()
			if ended := b.one(ctx, n, item); ended.Outcome == lxd.BulkFailed && b.wish.StopOnError {
				stop(errors.New(item.Name + " failed"))
			}
		})
	}
	busy.Wait()
	if b.manager.ctx.Err() != nil {
		return context.Cause(b.manager.ctx)
	}
	if cause := context.Cause(working); cause != nil {
		b.leave("not begun: " + words(cause))
	}
	return b.sum(ctx)
}

// one works on one item. What it began it waits for although the bulk is
// cancelled, and not when the server stops: see [Manager.Recover].
func (b *bulkRun) one(ctx context.Context, n int, item *lxd.BulkItem) *lxd.BulkItem {
	b.set(ctx, n, &lxd.BulkItem{Name: item.Name, Project: item.Project, Outcome: lxd.BulkRunning})
	ctx = b.manager.ctx
	operation, err := b.act(ctx, item)
	if err == nil && operation != nil {
		err = b.manager.ending(ctx, operation)
	}
	if ctx.Err() != nil {
		return item // whoever starts next looks how it is
	}
	ended := &lxd.BulkItem{Name: item.Name, Project: item.Project, Outcome: lxd.BulkDone}
	switch {
	case errors.As(err, new(*lxd.ConflictError)):
		ended.Outcome = lxd.BulkSkipped
		ended.ErrorCode, ended.Reason = b.wish.Tell(err)
	case err != nil:
		ended.Outcome = lxd.BulkFailed
		ended.ErrorCode, ended.Reason = b.wish.Tell(err)
	}
	b.set(ctx, n, ended)
	return ended
}

func (b *bulkRun) act(ctx context.Context, item *lxd.BulkItem) (*lxd.Operation, error) {
	if b.wish.Action != lxd.ActionDelete {
		change := lxd.InstanceStateChange{Action: b.wish.Action, Force: b.wish.Force, TimeoutSeconds: b.wish.TimeoutSeconds}
		return b.manager.client.ChangeInstanceState(ctx, b.as, item.Project, item.Name, change)
	}
	if b.wish.Force {
		instance, err := b.manager.client.InstanceObject(ctx, b.as, item.Project, item.Name)
		if err != nil {
			return nil, err
		}
		if instance.Status != lxd.StatusStopped {
			if err := instance.Unprotected(); err != nil {
				return nil, err
			}
			stop := b.manager.changeState(b.as, item.Project, item.Name, lxd.InstanceStateChange{Action: lxd.ActionStop, Force: true})
			if err := b.manager.steps(ctx, []Step{stop}); err != nil {
				return nil, err
			}
			return b.manager.deleted(ctx, b.as, instance)
		}
	}
	return b.manager.client.DeleteInstance(ctx, b.as, nil, item.Project, item.Name, false)
}

// set keeps an outcome and tells how far the bulk is.
func (b *bulkRun) set(ctx context.Context, n int, item *lxd.BulkItem) {
	if err := b.manager.store.SetBulkItem(context.WithoutCancel(ctx), b.bulk.UUID, n, item); err != nil && item.Reason == "" {
		item.Reason = "the outcome could not be kept: " + err.Error()
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.bulk.Items = slices.Clone(b.bulk.Items)
	b.bulk.Items[n] = item
	b.manager.progress(b.bulk.UUID, b.bulk.Items)
}

// leave skips what was not begun.
func (b *bulkRun) leave(why string) {
	for n, item := range b.bulk.Items {
		if item.Outcome == lxd.BulkPending {
			b.set(context.Background(), n, &lxd.BulkItem{Name: item.Name, Project: item.Project, Outcome: lxd.BulkSkipped, ErrorCode: "OPERATION_CANCELLED", Reason: why})
		}
	}
}

func words(cause error) string {
	if errors.Is(cause, context.Canceled) {
		return "the bulk was cancelled"
	}
	return cause.Error()
}

// sum is how it all ended.
func (b *bulkRun) sum(ctx context.Context) error {
	failed := 0
	for _, item := range b.bulk.Items {
		if item.Outcome == lxd.BulkFailed {
			failed++
		}
	}
	var err error
	switch {
	case failed > 0:
		err = errors.New(strconv.Itoa(failed) + " of " + strconv.Itoa(len(b.bulk.Items)) + " failed: see items")
	case ctx.Err() != nil:
		err = context.Canceled
	}
	own := b.manager.find(b.bulk.UUID)
	return errors.Join(err, b.end(ctx, own.operation.Ended(err)))
}

func (b *bulkRun) end(ctx context.Context, ended *lxd.Operation) error {
	b.bulk.Ended = ended
	return b.manager.store.EndBulk(context.WithoutCancel(ctx), b.bulk)
}
