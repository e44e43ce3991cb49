package lxd

import "slices"

const (
	// ringEvents and ringBytes bound the events that the hub remembers.
	ringEvents = 8192
	ringBytes  = 16 << 20
)

// ring remembers the last events of a hub, oldest first.
type ring struct {
	events []Event
	bytes  int
}

// add remembers an event, and forgets the oldest of too many.
func (r *ring) add(event Event) {
	r.events = append(r.events, event)
	r.bytes += event.Head().size
	for len(r.events) > ringEvents || (r.bytes > ringBytes && len(r.events) > 1) {
		r.bytes -= r.events[0].Head().size
		r.events[0] = nil
		r.events = r.events[1:]
	}
}

// after are the remembered events behind a sequence; false when some between
// that and the first of them have been forgotten.
func (r *ring) after(sequence, begun uint64) ([]Event, bool) {
	first := begun
	if len(r.events) > 0 {
		first = r.events[0].Head().Sequence - 1
	}
	if sequence < first {
		return nil, false
	}
	from, _ := slices.BinarySearchFunc(r.events, sequence+1, func(event Event, wanted uint64) int {
		switch place := event.Head().Sequence; {
		case place < wanted:
			return -1
		case place > wanted:
			return 1
		}
		return 0
	})
	return r.events[from:], true
}
