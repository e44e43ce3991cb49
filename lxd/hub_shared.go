package lxd

import "time"

// A hub can be one of several that show the same events under the same cursors:
// one process hears LXD and numbers what it hears, keeps it, and then all deliver
// what was kept.

// Join makes the hub show what others have numbered in a journal, from behind a
// sequence. What is published here goes to elsewhere, which must not block.
func (h *Hub) Join(journal string, last uint64, elsewhere func(Event)) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.journal != journal {
		h.journal, h.begun, h.sequence = journal, last, last
	}
	h.elsewhere = elsewhere
}

// Lead says that this process hears LXD from now on instead of another, whose
// end left a gap, unless nothing ever happened.
func (h *Hub) Lead() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.heard = h.sequence > 0
	h.setHeard(false)
}

// Heard says whether LXD is heard, here or by the process that does.
func (h *Hub) Heard(heard bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.setHeard(heard)
}

func (h *Hub) setHeard(heard bool) {
	select {
	case <-h.connected:
		if !heard {
			h.connected = make(chan struct{})
		}
	default:
		if heard {
			close(h.connected)
		}
	}
}

// CheckTrust ends the subscribers where waiting would not help: see [Hub.Hear],
// which does so where LXD is heard.
func (h *Hub) CheckTrust() {
	if err := h.client.Trouble(); distrusts(err) {
		h.mutex.Lock()
		defer h.mutex.Unlock()
		for subscriber := range h.subscribers {
			h.end(subscriber, err)
		}
	}
}

// IsHeard reports whether LXD is heard.
func (h *Hub) IsHeard() bool {
	select {
	case <-h.Connected():
		return true
	default:
		return false
	}
}

// Number gives events the places behind the last one, and leaves out updates of
// operations that are older than what is known. Nobody sees them before Deliver.
func (h *Hub) Number(events []Event) []Event {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	var numbered []Event
	told := map[string]*Operation{}
	place := h.sequence
	for _, event := range events {
		switch event := event.(type) {
		case *OperationEvent:
			before := told[event.Operation.UUID]
			if before == nil {
				before = h.final.seen[event.Operation.UUID]
			}
			if before != nil && (before.Final() || !event.Operation.NewerThan(before)) {
				continue
			}
			told[event.Operation.UUID] = event.Operation
		case *GapEvent:
			event.Last = h.cursor(place)
		}
		place++
		head := event.Head()
		head.Sequence, head.Cursor = place, h.cursor(place)
		head.Timestamp = Time{head.Timestamp.Truncate(time.Microsecond)}
		numbered = append(numbered, event)
	}
	return numbered
}

// Deliver hands on events that have their places; those that were handed on
// already are left out.
func (h *Hub) Deliver(events []Event) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, event := range events {
		if event.Head().Sequence <= h.sequence {
			continue
		}
		if change, ok := event.(*OperationEvent); ok {
			h.final.stale(change.Operation) // remembers it
		}
		h.hand(event)
	}
}

// Skip says that what is up to a sequence cannot be delivered. Who follows ends
// with a *LaggedError, and finds out what is missing with the cursor in it.
func (h *Hub) Skip(upTo uint64) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if upTo <= h.sequence {
		return
	}
	h.last, h.begun, h.sequence = ring{}, upTo, upTo
	for subscriber := range h.subscribers {
		h.end(subscriber, &LaggedError{})
	}
}

// IsAhead reports whether a cursor is of this journal, and of an event that has
// not been delivered here yet.
func (h *Hub) IsAhead(cursor Cursor) bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return cursor.Server == h.client.Name() && cursor.Journal == h.journal && cursor.Sequence > h.sequence
}
