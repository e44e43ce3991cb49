package work

import (
	"context"
	"errors"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

const (
	// beat is how often a server says that it works on a bulk, and silent how
	// long it has said nothing when another takes the bulk for left behind.
	beat   = 2 * time.Second
	silent = 10 * time.Second
)

// beats says that this server works on a bulk, until ctx ends. Lost is called
// when the bulk was taken by another, which heard nothing for too long.
func (m *Manager) beats(ctx context.Context, uuid string, lost func()) {
	for pause(ctx, beat) {
		if ours, err := m.store.BeatBulk(ctx, uuid); err == nil && !ours {
			lost()
			return
		}
	}
}

// Recover ends the bulks that a server has left behind, this one's earlier run
// or another on the same database: what they were at is looked up, and what they
// had not begun is skipped.
func (m *Manager) Recover() {
	m.running.Go(func() {
		select {
		case <-m.ctx.Done():
			return
		case <-m.hub.Connected():
		}
		left := silence{}
		var pruned time.Time
		for next := beat; ; next = beat {
			err := m.recover(m.ctx, left)
			if time.Since(pruned) > time.Hour {
				pruned = time.Now()
				err = errors.Join(err, m.store.PruneBulks(m.ctx, pruned.Add(-bulkLife)))
			}
			if err != nil && m.ctx.Err() == nil {
				m.failed(err)
				next = silent
			}
			if !pause(m.ctx, next) {
				return
			}
		}
	})
}

// silence is since when each open bulk has not beaten. It is told by this
// server's clock alone, because those of two may differ.
type silence map[string]struct {
	beat  int64
	since time.Time
}

// left are the bulks that nobody works on, as they beat last.
func (s silence) left(beats map[string]int64, now time.Time) []string {
	var left []string
	for uuid, beat := range beats {
		switch last, known := s[uuid]; {
		case !known || last.beat != beat:
			last.beat, last.since = beat, now
			s[uuid] = last
		case now.Sub(last.since) > silent:
			left = append(left, uuid)
		}
	}
	for uuid := range s {
		if _, open := beats[uuid]; !open {
			delete(s, uuid)
		}
	}
	return left
}

func (m *Manager) recover(ctx context.Context, open silence) error {
	beats, err := m.store.OpenBulks(ctx)
	if err != nil {
		return err
	}
	for _, uuid := range open.left(beats, time.Now()) {
		if m.find(uuid) != nil {
			continue // it is this server's own, whose beats could not be kept
		}
		bulk, failed := m.store.TakeBulk(ctx, uuid, beats[uuid])
		if failed == nil && bulk != nil {
			failed = m.recoverOne(ctx, bulk)
		}
		err = errors.Join(err, failed)
	}
	return err
}

// pause is false when ctx ended meanwhile.
func pause(ctx context.Context, length time.Duration) bool {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
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
