package journal

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// outbox holds what this process tells, until it is numbered. Of one operation
// only the last is kept, so that it is bounded by the operations that run.
type outbox struct {
	mutex sync.Mutex
	held  map[string]lxd.Event
	order []string
	news  chan struct{}
}

func newOutbox() outbox {
	return outbox{held: map[string]lxd.Event{}, news: make(chan struct{}, 1)}
}

// put never blocks.
func (o *outbox) put(event lxd.Event) {
	change, ok := event.(*lxd.OperationEvent)
	if !ok {
		return // nothing else is ours to tell
	}
	o.mutex.Lock()
	if before := o.held[change.Operation.UUID]; before == nil {
		o.order = append(o.order, change.Operation.UUID)
		o.held[change.Operation.UUID] = event
	} else if change.Operation.NewerThan(before.(*lxd.OperationEvent).Operation) {
		o.held[change.Operation.UUID] = event
	}
	o.mutex.Unlock()
	select {
	case o.news <- struct{}{}:
	default:
	}
}

func (o *outbox) take() []lxd.Event {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	events := make([]lxd.Event, 0, len(o.order))
	for _, uuid := range o.order[:min(batch, len(o.order))] {
		events = append(events, o.held[uuid])
		delete(o.held, uuid)
	}
	o.order = o.order[len(events):]
	return events
}

// forward hands what this process tells to the one that numbers it, until ctx
// ends, and then what is left.
func (j *Journal) forward(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-j.outbox.news:
		case <-ctx.Done():
		}
		j.send(ctx)
	}
}

func (j *Journal) send(ctx context.Context) {
	for {
		events := j.outbox.take()
		if len(events) == 0 {
			return
		}
		records, err := recordsOf(events)
		if err == nil {
			err = within(context.WithoutCancel(ctx), func(ctx context.Context) error { return j.store.Forward(ctx, records) })
		}
		if err == nil {
			continue
		}
		for _, event := range events {
			j.outbox.put(event)
		}
		if ctx.Err() != nil {
			return
		}
		j.report(ctx, fmt.Errorf("telling the others of %d operations: %w", len(events), err))
	}
}

// listen follows the process that has the lead, until ctx ends.
func (j *Journal) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := j.store.Listen(ctx, func(news News) { j.learn(ctx, news) })
		if !j.leading.Load() {
			j.hub.Heard(false)
		}
		if err != nil && ctx.Err() == nil {
			j.report(ctx, fmt.Errorf("listening to the other servers: %w", err))
		}
	}
}

// learn takes in what others have told.
func (j *Journal) learn(ctx context.Context, news News) {
	if j.leading.Load() {
		if news.Forwarded {
			select {
			case j.asked <- struct{}{}:
			default:
			}
		}
		return
	}
	if err := j.catchUp(ctx); err != nil {
		j.report(ctx, err)
	}
	j.hub.CheckTrust()
	switch {
	case j.leading.Load():
	case news.Silent:
		j.hub.Heard(false)
	case news.Beat:
		j.hub.Heard(news.Heard)
	}
}

// catchUp shows what others have kept.
func (j *Journal) catchUp(ctx context.Context) error {
	j.catching.Lock()
	defer j.catching.Unlock()
	for {
		at := j.hub.Last()
		records, err := j.store.After(ctx, at, batch)
		if err != nil {
			return fmt.Errorf("reading what the other servers have heard: %w", err)
		}
		if len(records) == 0 {
			return nil
		}
		if records[0].Sequence > at+1 {
			forgotten, err := j.store.Forgotten(ctx)
			if err != nil {
				return err
			}
			j.hub.Skip(min(forgotten, records[0].Sequence-1))
		}
		events := make([]lxd.Event, len(records))
		for n, record := range records {
			if events[n], err = j.hub.KeptEvent(record.head(), record.Body); err != nil {
				return err
			}
		}
		j.hub.Deliver(events)
		if len(records) < batch {
			return nil
		}
	}
}

// await waits a moment for an event that another process has shown already.
func (j *Journal) await(ctx context.Context, cursor lxd.Cursor) error {
	until := time.Now().Add(2 * time.Second)
	for j.hub.IsAhead(cursor) && time.Now().Before(until) && !j.leading.Load() {
		if err := j.catchUp(ctx); err != nil {
			return err
		}
		if !j.hub.IsAhead(cursor) {
			break
		}
		pause(ctx, gather)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
