package transport

import (
	"context"
	"sync"
)

const (
	// laneEvents and laneBytes bound what one subscription has waiting on a
	// connection; boxBytes what all of them have.
	laneEvents = 1024
	laneBytes  = 4 << 20
	boxBytes   = 16 << 20
	// ownMessages and ownBytes bound what waits of everything else: who sends more
	// is held up.
	ownMessages = 64
	ownBytes    = 1 << 20
	// keptItems is how many places of an empty outbox are kept for what comes.
	keptItems = 16
)

// item is a message on its way: head, body and tail are sent as one. The body
// may be many connections', and is not to be changed.
type item struct {
	head, body, tail []byte
	lane             *lane // nil for what is the connection's own
}

func (i *item) size() int { return len(i.head) + len(i.body) + len(i.tail) }

// lane is what one subscription has waiting; its outbox guards it.
type lane struct{ events, bytes int }

// outbox is what waits to be sent on one connection, in order. One goroutine
// takes. What is being sent counts until it is sent, so that the bounds are
// those of the memory that a connection keeps.
type outbox struct {
	mutex    sync.Mutex
	items    []item
	bytes    int           // of shared messages
	own      int           // messages that are not shared,
	ownBytes int           // and their bytes
	news     chan struct{} // holds a token when there may be something to take
	room     chan struct{} // closed when own messages have room again; nil when nobody waits
}

func newOutbox() *outbox { return &outbox{news: make(chan struct{}, 1)} }

// push adds a shared message, and reports false when that would be too much. It
// never blocks.
func (b *outbox) push(message item) bool {
	size := message.size()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	waiting := message.lane
	if waiting.events >= laneEvents || (waiting.events > 0 && (waiting.bytes+size > laneBytes || b.bytes+size > boxBytes)) {
		return false
	}
	waiting.events, waiting.bytes, b.bytes = waiting.events+1, waiting.bytes+size, b.bytes+size
	b.add(message)
	return true
}

// send adds a message of the connection's own. It waits while there are too
// many, until one of the contexts ends.
func (b *outbox) send(ctx, connection context.Context, data []byte) {
	if b.wait(ctx, connection) {
		b.force(data)
	}
}

// wait returns when there is room for a message of the connection's own; false
// when a context ended before.
func (b *outbox) wait(ctx, connection context.Context) bool {
	for {
		room := b.full()
		if room == nil {
			return ctx.Err() == nil && connection.Err() == nil
		}
		select {
		case <-room:
		case <-ctx.Done():
			return false
		case <-connection.Done():
			return false
		}
	}
}

// full is closed when there is room; nil when there is some now.
func (b *outbox) full() <-chan struct{} {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.own < ownMessages && b.ownBytes < ownBytes && b.bytes < boxBytes {
		return nil
	}
	if b.room == nil {
		b.room = make(chan struct{})
	}
	return b.room
}

// force adds a message of the connection's own without asking for room.
func (b *outbox) force(data []byte) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.own, b.ownBytes = b.own+1, b.ownBytes+len(data)
	b.add(item{head: data})
}

// add appends; the caller holds the mutex.
func (b *outbox) add(message item) {
	b.items = append(b.items, message)
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// take are all messages; whoever takes them says so when they are sent.
func (b *outbox) take() []item {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	taken := b.items
	b.items = nil
	return taken
}

// sent makes the room free that messages took.
func (b *outbox) sent(items []item) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for n := range items {
		size := items[n].size()
		if waiting := items[n].lane; waiting != nil {
			waiting.events, waiting.bytes, b.bytes = waiting.events-1, waiting.bytes-size, b.bytes-size
		} else {
			b.own, b.ownBytes = b.own-1, b.ownBytes-size
		}
	}
	if b.room != nil && b.own < ownMessages && b.ownBytes < ownBytes && b.bytes < boxBytes {
		close(b.room)
		b.room = nil
	}
	if b.items == nil && cap(items) <= keptItems {
		clear(items)
		b.items = items[:0]
	}
}
