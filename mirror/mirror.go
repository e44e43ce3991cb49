package mirror

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Mirror keeps LXD's inventory. [Mirror.Run] keeps it; everything else may be
// called at any time, before it too.
type Mirror struct {
	client *lxd.Client
	hub    *lxd.Hub

	mutex    sync.Mutex
	tables   [kinds]table
	revision uint64
	users    map[*Key]map[string]struct{} // URLs, by what they use
	keys     map[Key]*Key
	stale    map[Key]bool // whose users may have changed
	sharing  sharing
	view     *View

	members    map[string]lxd.ClusterMemberStatus // by name, as they were read last
	lastInTurn Key                                // the instance whose snapshots were read last in turn

	reads, ended uint64
	underWay     map[uint64]struct{}

	pending map[Key]*want
	settle  map[Key][]time.Time
	renames map[Key]rename            // of instances, a while ago
	working map[string]*lxd.Operation // that have not ended, by UUID
	doubts  map[Key]time.Time         // when it was read again because of one
	open    map[Key]uint64            // marks of our own changes that are not read yet
	marks   uint64
	behind  uint64 // a change of ours that was answered before it was read
	wake    chan struct{}
	news    chan struct{} // closed by what anybody may wait for

	handled uint64          // the sequence of the last event that was looked at
	inSync  <-chan struct{} // the hub's connection that the lists are of; nil for none
	status  Status

	unsure   bool   // the list after a break may have been too early: it is looked again
	late     uint64 // what that found
	reopened bool   // and it was told

	gap        uint64 // the sequence of the last gap
	changes    []change
	overflowed bool
	catches    []catch
	forgotten  uint64 // the gap up to which catches are not known any more
}

// Status is how the mirror is.
type Status struct {
	// InSync is whether it is served from; ListedAt is when it was listed last.
	InSync   bool
	ListedAt time.Time
	// Pending is how many objects are to be read again, Revision how often any changed.
	Pending  int
	Revision uint64
	// Reads, Lists and Reconciled are counts; Differences is how many objects a
	// reconciliation found other than they were held, while LXD was heard.
	Reads, Lists, Reconciled, Differences uint64
	// Differing are the first of those.
	Differing []Key
	// Objects is how many are held of each kind.
	Objects map[string]int
}

// ErrNotInSync says that LXD has to be asked: the mirror does not hear it, or
// has not listed everything since.
var ErrNotInSync = errors.New("the mirror is not in sync with LXD")

// New makes a mirror of what a client sees, which a hub's events keep. It is
// told of the client's own changes.
func New(client *lxd.Client, hub *lxd.Hub) *Mirror {
	m := &Mirror{
		client: client, hub: hub,
		users: map[*Key]map[string]struct{}{}, keys: map[Key]*Key{}, stale: map[Key]bool{},
		underWay: map[uint64]struct{}{}, pending: map[Key]*want{}, settle: map[Key][]time.Time{}, open: map[Key]uint64{},
		working: map[string]*lxd.Operation{}, doubts: map[Key]time.Time{}, wake: make(chan struct{}, 1), news: make(chan struct{}),
	}
	for kind := range m.tables {
		m.tables[kind].seen, m.tables[kind].listed = map[Key]uint64{}, map[string]uint64{}
	}
	client.OnWrite(m.wrote)
	return m
}

// Run keeps the mirror until ctx ends. What it started has ended when it returns.
func (m *Mirror) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer m.lookAtAll()
	defer running.Wait()
	for range readers {
		running.Go(func() { m.refresh(ctx) })
	}
	running.Go(func() { m.watchMembers(ctx) })
	for ctx.Err() == nil {
		m.follow(ctx)
		m.lose()
		pause(ctx, time.Second)
	}
}

// Status tells how the mirror is.
func (m *Mirror) Status() Status {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	status := m.status
	status.InSync, status.Revision, status.Pending = m.synced(), m.revision, len(m.pending)
	status.Objects = map[string]int{}
	for kind := range kinds {
		status.Objects[kind.String()] = len(m.tables[kind].entries)
	}
	return status
}

// synced reports whether the lists are of the connection that LXD is heard
// over; the caller holds the mutex.
func (m *Mirror) synced() bool {
	if m.inSync == nil {
		return false
	}
	now := m.hub.Connected()
	select {
	case <-now:
		return now == m.inSync
	default:
		return false
	}
}

// lose makes the mirror be served no more; what it holds stays, to compare the
// next list with.
func (m *Mirror) lose() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.inSync = nil
	clear(m.working)
	m.happened()
}

// lookAtAll looks whether all that is held is as it was shown.
func (m *Mirror) lookAtAll() {
	for kind := range m.tables {
		for _, entry := range m.tables[kind].entries {
			entry.look()
		}
	}
}

// happened wakes whoever waits; the caller holds the mutex.
func (m *Mirror) happened() {
	close(m.news)
	m.news = make(chan struct{})
}

func pause(ctx context.Context, long time.Duration) {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
