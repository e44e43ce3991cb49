package lxd

import (
	"context"
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
	epoch  string // tells the cursors of one run from another's

	mutex       sync.Mutex
	sequence    uint64
	subscribers map[*Subscription]struct{}
	final       finalOperations
	closed      bool
	connected   chan struct{} // closed while LXD is heard
	heard       bool
}

// NewHub makes a hub; [Hub.Run] makes it follow.
func NewHub(client *Client) *Hub {
	return &Hub{
		client: client, epoch: strconv.FormatInt(time.Now().UnixNano(), 36),
		subscribers: make(map[*Subscription]struct{}), connected: make(chan struct{}),
	}
}

// Run follows LXD's events until ctx ends, then ends all subscribers with
// ErrHubClosed. A broken connection is made again with a growing, jittered
// pause; what was missed meanwhile is told as a [GapEvent].
func (h *Hub) Run(ctx context.Context) {
	defer h.close()
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 100*time.Millisecond, 5*time.Second
	for ctx.Err() == nil {
		h.client.listen(ctx, func() { pause.Reset(); h.reconnected() }, h.Publish) // every end is a break
		h.broken()
		if sleep(ctx, pause.NextBackOff()) != nil {
			return
		}
	}
}

// Connected is closed when LXD is heard: what happens from then on is seen.
func (h *Hub) Connected() <-chan struct{} {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.connected
}

// reconnected tells everybody that events may be missing, unless this is the first connection.
func (h *Hub) reconnected() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.heard {
		last := h.cursor(h.sequence)
		h.publish(&GapEvent{EventHead: EventHead{Type: EventGap, Timestamp: Time{time.Now().UTC()}}, Last: last})
	}
	h.heard = true
	close(h.connected)
}

func (h *Hub) broken() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	select {
	case <-h.connected:
		h.connected = make(chan struct{})
	default:
	}
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
	defer h.mutex.Unlock()
	if change, ok := event.(*OperationEvent); ok && h.final.stale(change.Operation) {
		return
	}
	h.publish(event)
}

func (h *Hub) publish(event Event) {
	h.sequence++
	event.Head().Cursor = h.cursor(h.sequence)
	for subscriber := range h.subscribers {
		if !subscriber.wants(event) {
			continue
		}
		select {
		case subscriber.queue <- event:
		default:
			h.end(subscriber, &LaggedError{})
		}
	}
}

func (h *Hub) cursor(sequence uint64) string {
	if sequence == 0 {
		return ""
	}
	return h.epoch + "-" + strconv.FormatUint(sequence, 36)
}

func (h *Hub) close() {
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
	close(subscriber.queue)
}
