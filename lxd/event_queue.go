package lxd

import "sync"

const (
	// queueLength and queueBytes bound what a subscriber may fall behind. Events
	// are shared: the bytes are what a subscriber keeps from being forgotten.
	queueLength = 1024
	queueBytes  = 4 << 20
	// keptRoom is how many places of an empty queue are kept for the next events.
	keptRoom = 16
)

// eventQueue is what a subscriber has not read yet. Putting never blocks; one
// goroutine takes. An empty one costs next to nothing.
type eventQueue struct {
	mutex  sync.Mutex
	events []Event
	taken  int // of events, from the front
	bytes  int
	ended  bool
	news   chan struct{} // holds a token when there may be something to take
}

func newEventQueue() *eventQueue { return &eventQueue{news: make(chan struct{}, 1)} }

// put adds an event, and reports false when that would be more than share (a
// hundred is all) of what may wait. One event always has room, however big.
func (q *eventQueue) put(event Event, share int) bool {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	waiting, size := len(q.events)-q.taken, event.Head().size
	if waiting > 0 && (waiting >= queueLength*share/100 || q.bytes+size > queueBytes*share/100) {
		return false
	}
	q.events, q.bytes = append(q.events, event), q.bytes+size
	q.tell()
	return true
}

// take is the first event; nil for none. Ended is true when none will come.
func (q *eventQueue) take() (event Event, ended bool) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if q.taken == len(q.events) {
		return nil, q.ended
	}
	event = q.events[q.taken]
	q.events[q.taken] = nil
	q.taken, q.bytes = q.taken+1, q.bytes-event.Head().size
	switch {
	case q.taken < len(q.events):
		if q.taken >= queueLength { // what was taken makes room
			q.events, q.taken = append(q.events[:0], q.events[q.taken:]...), 0
		}
	case cap(q.events) > keptRoom:
		q.events, q.taken = nil, 0
	default:
		q.events, q.taken = q.events[:0], 0
	}
	return event, false
}

// end lets take say that nothing follows what is there.
func (q *eventQueue) end() {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.ended = true
	q.tell()
}

// tell wakes who takes; the caller holds the mutex.
func (q *eventQueue) tell() {
	select {
	case q.news <- struct{}{}:
	default:
	}
}
