package work

import (
	"context"
	"errors"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Bulk is one action on many instances. It is never LXD's own, which takes all
// of a project and on 5.0.2 unfreezes the wrong ones (canonical/lxd#12491).
type Bulk struct {
	UUID, Project, Description string
	CreatedAt                  time.Time
	Action                     lxd.InstanceAction
	// Items are the instances, in the order in which they are taken.
	Items []*lxd.BulkItem
	// Ended is the operation's end; nil while it runs.
	Ended *lxd.Operation
}

// operation is the bulk as an operation, as it is kept.
func (b *Bulk) operation(client *lxd.Client) *lxd.Operation {
	operation := client.OwnOperation(b.UUID, b.Description, b.Project, b.CreatedAt).WithItems(b.Items)
	if b.Ended == nil {
		return operation
	}
	operation.StatusCode, operation.UpdatedAt, operation.Err, operation.MayCancel = b.Ended.StatusCode, b.Ended.UpdatedAt, b.Ended.Err, false
	return operation
}

// kept finds an operation that only the store knows any more; missing is the
// error when it does not.
func (m *Manager) kept(ctx context.Context, as lxd.Scope, uuid string, missing error) (*lxd.Operation, error) {
	if m.store == nil {
		return nil, missing
	}
	bulk, err := m.store.Bulk(ctx, uuid)
	if err != nil {
		return nil, err
	}
	if bulk != nil {
		return allowed(as, bulk.operation(m.client))
	}
	operation, err := m.journal.Operation(ctx, as, uuid)
	if err != nil {
		return nil, err
	}
	return lost(operation), nil
}

// errLost is how an operation ends that nobody works on any more.
var errLost = errors.New("LXD or lxdql was restarted meanwhile: look at what it worked on")

// lost is an operation that only the journal knows, at its end: nobody works on it.
func lost(operation *lxd.Operation) *lxd.Operation {
	if operation.Final() {
		return operation
	}
	return operation.Ended(errLost)
}

// Recover ends the bulks that a process has left behind, when LXD is heard:
// what they were at is looked up, and what they had not begun is skipped.
func (m *Manager) Recover() {
	m.running.Go(func() {
		select {
		case <-m.ctx.Done():
			return
		case <-m.hub.Connected():
		}
		if err := m.recover(m.ctx); err != nil && m.ctx.Err() == nil {
			m.failed(err)
		}
	})
}

func (m *Manager) recover(ctx context.Context) error {
	if err := m.store.PruneBulks(ctx, time.Now().Add(-bulkLife)); err != nil {
		return err
	}
	open, err := m.store.OpenBulks(ctx)
	for _, bulk := range open {
		if bulk.CreatedAt.After(m.started) {
			continue // it is this process's own
		}
		err = errors.Join(err, m.recoverOne(ctx, bulk))
	}
	return err
}

func (m *Manager) recoverOne(ctx context.Context, bulk *Bulk) error {
	for n, item := range bulk.Items {
		if item.Ended() {
			continue
		}
		ended := &lxd.BulkItem{Name: item.Name, Project: item.Project, Outcome: lxd.BulkSkipped, ErrorCode: "OPERATION_CANCELLED", Reason: "not begun: lxdql was stopped"}
		if item.Outcome == lxd.BulkRunning {
			var err error
			if ended, err = m.look(ctx, bulk.Action, item); err != nil {
				return err
			}
		}
		bulk.Items[n] = ended
		if err := m.store.SetBulkItem(ctx, bulk.UUID, n, ended); err != nil {
			return err
		}
	}
	bulk.Ended = bulk.operation(m.client).Ended(errors.New("lxdql was stopped meanwhile: see items"))
	return m.store.EndBulk(ctx, bulk)
}

// goals are what instances are after an action.
var goals = map[lxd.InstanceAction]lxd.InstanceStatus{
	lxd.ActionStart: lxd.StatusRunning, lxd.ActionRestart: lxd.StatusRunning, lxd.ActionUnfreeze: lxd.StatusRunning,
	lxd.ActionStop: lxd.StatusStopped, lxd.ActionFreeze: lxd.StatusFrozen,
}

// look finds out how an action ended that nobody waited for.
func (m *Manager) look(ctx context.Context, action lxd.InstanceAction, item *lxd.BulkItem) (*lxd.BulkItem, error) {
	ended := &lxd.BulkItem{Name: item.Name, Project: item.Project, Outcome: lxd.BulkDone}
	instance, err := m.client.InstanceObject(ctx, lxd.System, item.Project, item.Name)
	switch {
	case lxd.IsNotFound(err) && action == lxd.ActionDelete:
	case lxd.IsNotFound(err):
		ended.Outcome, ended.ErrorCode, ended.Reason = lxd.BulkFailed, "NOT_FOUND", "the instance is gone"
	case err != nil:
		return nil, err
	case action == lxd.ActionDelete || instance.Status != goals[action]:
		ended.Outcome, ended.ErrorCode, ended.Reason = lxd.BulkFailed, "OPERATION_FAILED", "lxdql was stopped meanwhile: the instance is "+string(instance.Status)
	}
	return ended, nil
}
