package lxd

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Hub follows one LXD's events over one connection and hands them to any
// number of subscribers. Publishing never blocks: a subscriber whose queue is
// full is ended, because leaving events out would show it a wrong picture.
type Hub struct {
	client *Client

	mutex       sync.Mutex
	journal     string // where the sequence is counted
	begun       uint64 // the sequence before the first event of this run
	sequence    uint64
	told        uint64 // of the last event; the sequence may have been moved on since
	last        ring
	news        chan struct{} // closed by the next event; nil when nobody waits
	subscribers map[*Subscription]struct{}
	final       finalOperations
	closed      bool
	connected   chan struct{} // closed while LXD is heard
	heard       bool
	elsewhere   func(Event) // what Publish does instead, where others number the events
}

// NewHub makes a hub; [Hub.Run] makes it follow.
func NewHub(client *Client) *Hub {
	return &Hub{
		client: client, journal: strconv.FormatInt(time.Now().UnixNano(), 36),
		subscribers: make(map[*Subscription]struct{}), connected: make(chan struct{}),
	}
}

// Resume counts on from an earlier run, or from another process, in the same
// journal, and returns the place before the first event. Whoever followed is told
// that events may be missing.
func (h *Hub) Resume(journal string, last uint64) (begun uint64) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	// A run that was killed may have given out cursors that it did not keep.
	h.journal, h.begun, h.sequence, h.elsewhere = journal, last+restartLeap, last+restartLeap, nil
	if last > 0 {
		h.publish(&GapEvent{EventHead: EventHead{Type: EventGap, Timestamp: Time{time.Now().UTC()}}, Last: h.cursor(last)})
	}
	return h.begun
}

// restartLeap is more than a run can have given out without keeping it.
const restartLeap = 1 << 20

// Run follows LXD's events until ctx ends, then ends all subscribers with
// ErrHubClosed. A broken connection is made again with a growing, jittered
// pause; what was missed meanwhile is told as a [GapEvent].
func (h *Hub) Run(ctx context.Context) {
	defer h.Close()
	h.Hear(ctx, h.Publish)
}

// Hear hands LXD's events to publish until ctx ends, as Run does, and leaves the
// subscribers alone.
func (h *Hub) Hear(ctx context.Context, publish func(Event)) {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 100*time.Millisecond, 5*time.Second
	for ctx.Err() == nil {
		regained := h.client.Regained()
		err := h.client.listen(ctx, func() { pause.Reset(); h.reconnected(publish) }, publish) // every end is a break
		h.broken(err)
		waiting, stop := context.WithTimeout(ctx, pause.NextBackOff())
		select {
		case <-waiting.Done():
		case <-regained:
		}
		stop()
	}
}

// Connected is closed when LXD is heard: what happens from then on is seen.
func (h *Hub) Connected() <-chan struct{} {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.connected
}

// reconnected tells everybody that events may be missing, unless this is the first connection.
func (h *Hub) reconnected(publish func(Event)) {
	h.mutex.Lock()
	before, last := h.heard, h.cursor(h.sequence)
	h.heard = true
	h.mutex.Unlock()
	if before {
		publish(&GapEvent{EventHead: EventHead{Type: EventGap, Timestamp: Time{time.Now().UTC()}}, Last: last})
	}
	h.Heard(true)
}

// broken ends the subscribers where waiting would not help: somebody has to
// make LXD trust us, or us it.
func (h *Hub) broken(err error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if distrusts(err) {
		for subscriber := range h.subscribers {
			h.end(subscriber, err)
		}
	}
	h.setHeard(false)
}

// Operation is an operation as it was last told by an event; nil when none told
// of it. The oldest of many are forgotten.
func (h *Hub) Operation(uuid string) *Operation {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.final.seen[uuid]
}

// Publish hands an event to all whose subscription wants it.
func (h *Hub) Publish(event Event) {
	h.mutex.Lock()
	if elsewhere := h.elsewhere; elsewhere != nil {
		h.mutex.Unlock()
		elsewhere(event)
		return
	}
	defer h.mutex.Unlock()
	if change, ok := event.(*OperationEvent); ok && h.final.stale(change.Operation) {
		return
	}
	h.publish(event)
}

func (h *Hub) publish(event Event) {
	head := event.Head()
	head.Sequence, head.Cursor = h.sequence+1, h.cursor(h.sequence+1)
	// As exact as it is kept: an event is the same from each process.
	head.Timestamp = Time{head.Timestamp.Truncate(time.Microsecond)}
	h.hand(event)
}

// hand gives an event that has its place to the subscribers.
func (h *Hub) hand(event Event) {
	head := event.Head()
	h.sequence, h.told = head.Sequence, head.Sequence
	if change, ok := event.(*OperationEvent); ok && change.Operation.Final() {
		h.client.writes.count.Add(1) // what is read from now on is after it
	}
	if head.size == 0 {
		head.size = 512 // one of our own
	}
	h.last.add(event)
	if h.news != nil {
		close(h.news)
		h.news = nil
	}
	for subscriber := range h.subscribers {
		if subscriber.wants(event) && !subscriber.queue.put(event, 100) {
			h.end(subscriber, &LaggedError{})
		}
	}
}

func (h *Hub) cursor(sequence uint64) string {
	if sequence == 0 {
		return ""
	}
	return Cursor{h.client.Name(), h.journal, sequence}.String()
}

// After are the events behind a sequence that the hub remembers; false when it
// has forgotten some of them. With none it returns what the next event closes.
func (h *Hub) After(sequence uint64) (events []Event, next <-chan struct{}, complete bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	events, complete = h.last.after(sequence, h.begun)
	if len(events) > 0 || !complete {
		return slices.Clone(events), nil, complete
	}
	if h.news == nil {
		h.news = make(chan struct{})
	}
	return nil, h.news, true
}

// Last is the sequence of the last event.
func (h *Hub) Last() uint64 {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.sequence
}

// Told is the sequence of the last event that this process has told; 0 before
// the first. [Hub.Last] may be further, where no event has been.
func (h *Hub) Told() uint64 {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.told
}

// CursorOf is the cursor of a sequence in the hub's journal.
func (h *Hub) CursorOf(sequence uint64) string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.cursor(sequence)
}

// Place is the sequence that a cursor stands for; false for a cursor of another
// journal, whose events nobody knows here.
func (h *Hub) Place(cursor Cursor) (uint64, bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return cursor.Sequence, cursor.Server == h.client.Name() && cursor.Journal == h.journal && cursor.Sequence <= h.sequence
}

// Close ends all subscribers with ErrHubClosed.
func (h *Hub) Close() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.closed = true
	for subscriber := range h.subscribers {
		h.end(subscriber, ErrHubClosed)
	}
}

// end takes a subscriber out; the caller holds the mutex.
func (h *Hub) end(subscriber *Subscription, reason error) {
	if _, ok := h.subscribers[subscriber]; !ok {
		return
	}
	delete(h.subscribers, subscriber)
	subscriber.reason = reason
	subscriber.queue.end()
}

// Unfinished are the operations of LXD that were told of last before their end.
func (h *Hub) Unfinished() []*Operation {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	var running []*Operation
	for _, operation := range h.final.seen {
		if !operation.Final() && !operation.Own {
			running = append(running, operation)
		}
	}
	return running
}
