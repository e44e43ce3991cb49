// Package journal remembers what happened: LXD's events, the operations with
// their results, and what was changed through lxdql and by whom. It outlives a
// restart.
package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

const (
	// batch is how many events are written at once at most.
	batch = 500
	// gather is how long a batch waits for more.
	gather = 50 * time.Millisecond
	// tidy is how often what is too old is forgotten.
	tidy = 10 * time.Minute
)

// Options bound what is kept.
type Options struct {
	// Keep is for how long; 0 is 30 days.
	Keep time.Duration
	// MostEvents is how many events; 0 is a million.
	MostEvents int
	// Leads, which may be nil, is told when this process begins to hear LXD for all
	// on its database, and when it ends to.
	Leads func(bool)
}

// Journal writes and reads what happened.
type Journal struct {
	hub     *lxd.Hub
	store   Store
	options Options
	failed  func(error)

	leading  atomic.Bool
	pending  chan told     // what is to be numbered
	asked    chan struct{} // there is something forwarded
	outbox   outbox
	catching sync.Mutex

	unwritten atomic.Bool // what was to be written last could not be
	writing   sync.Mutex
	written   uint64 // guarded by writing
	audits    chan *audit
	ended     chan struct{}
}

// Open reads where an earlier run has stopped, and lets the hub count on from
// there. Failed is told what went wrong where nobody waits for it.
func Open(ctx context.Context, store Store, hub *lxd.Hub, options Options, failed func(error)) (*Journal, error) {
	if options.Keep == 0 {
		options.Keep = 30 * 24 * time.Hour
	}
	if options.MostEvents == 0 {
		options.MostEvents = 1_000_000
	}
	name, last, err := store.Opened(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	j := &Journal{hub: hub, store: store, options: options, failed: failed, audits: make(chan *audit, mostAudits), ended: make(chan struct{}),
		pending: make(chan told, batch), asked: make(chan struct{}, 1), outbox: newOutbox()}
	hub.Join(name, last, j.outbox.put)
	return j, nil
}

// Run hears LXD, or follows the process that does, and writes, until ctx ends;
// then what is left.
func (j *Journal) Run(ctx context.Context) {
	defer j.hub.Close()
	defer close(j.ended)
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { j.writeAudits(ctx) })
	all.Go(func() { j.listen(ctx) })
	all.Go(func() { j.forward(ctx) })
	for ctx.Err() == nil {
		j.report(ctx, j.turn(ctx))
	}
}

// behind writes what the hub has shown, until ctx ends or the lead is lost, and
// then what is left.
func (j *Journal) behind(ctx context.Context) {
	for ctx.Err() == nil {
		j.report(ctx, j.follow(ctx))
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	j.report(last, j.write(last))
}

// tidyUp forgets what is too old, now and then.
func (j *Journal) tidyUp(ctx context.Context) {
	for ctx.Err() == nil {
		j.report(ctx, j.prune(ctx))
		pause(ctx, tidy)
	}
}

// report tells a failure, and waits a moment before the next try.
func (j *Journal) report(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return
	}
	j.failed(err)
	pause(ctx, time.Second)
}

// follow waits for events and writes them.
func (j *Journal) follow(ctx context.Context) error {
	j.writing.Lock()
	_, next, _ := j.hub.After(j.written)
	j.writing.Unlock()
	if next != nil {
		select {
		case <-next:
			pause(ctx, gather)
		case <-time.After(tidy):
		case <-ctx.Done():
		}
	}
	return j.write(ctx)
}

// write keeps the events that the hub has and the store has not. Where the hub
// has forgotten some, which takes a store that stands still, the journal has a
// hole there: readers are told.
func (j *Journal) write(ctx context.Context) error {
	if j.store.First() || !j.leading.Load() {
		return nil // it is kept already, or another's to keep
	}
	j.writing.Lock()
	defer j.writing.Unlock()
	for {
		events, _, complete := j.hub.After(j.written)
		if !complete {
			if err := j.store.Hole(ctx, j.hub.Last()); err != nil {
				return err
			}
			j.written = j.hub.Last()
			continue
		}
		if len(events) == 0 {
			return nil
		}
		events = events[:min(batch, len(events))]
		records, err := recordsOf(events)
		if err != nil {
			return err
		}
		err = j.store.Append(ctx, records)
		j.unwritten.Store(err != nil)
		if err != nil {
			return fmt.Errorf("writing %d events to the journal: %w", len(events), err)
		}
		j.written = events[len(events)-1].Head().Sequence
	}
}

// Behind reports whether events, or rows of the audit trail, could not be written
// when that was last tried.
func (j *Journal) Behind() bool { return j.unwritten.Load() }

func (j *Journal) prune(ctx context.Context) error {
	return j.store.Prune(ctx, time.Now().Add(-j.options.Keep), j.options.MostEvents)
}

func pause(ctx context.Context, length time.Duration) {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
