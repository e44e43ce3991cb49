package journal

import (
	"context"
	"math"
	"slices"

	"github.com/lxdql/lxdql/lxd"
)

// longestSearch is how many events one page looks at: a page that would have to
// look at more is shorter than it was asked to be, and says that there is more.
const longestSearch = 20_000

// EventPage are events in their order, with the cursors at both ends of what was
// looked at.
type EventPage struct {
	Events     []lxd.Event
	Start, End string
	// More is whether there may be others, in the direction in which it was read.
	More bool
}

// Events are the first events behind a cursor; "" is the oldest that are kept.
// One whose next event is not kept any more is a *lxd.CursorExpiredError.
func (j *Journal) Events(ctx context.Context, as lxd.Scope, filter lxd.EventFilter, after string, most int) (*EventPage, error) {
	at, err := j.store.Forgotten(ctx)
	if err == nil && after != "" {
		at, err = j.place(ctx, after)
	}
	if err != nil {
		return nil, err
	}
	return j.gather(ctx, as, filter, at, most, false)
}

// EventsBefore are the last events before a cursor; "" is the newest.
func (j *Journal) EventsBefore(ctx context.Context, as lxd.Scope, filter lxd.EventFilter, before string, most int) (*EventPage, error) {
	at := uint64(math.MaxInt64)
	if before != "" {
		var err error
		if at, err = j.place(ctx, before); err != nil {
			return nil, err
		}
	}
	return j.gather(ctx, as, filter, at, most, true)
}

// gather reads on from a place until there are enough that the caller may see.
func (j *Journal) gather(ctx context.Context, as lxd.Scope, filter lxd.EventFilter, at uint64, most int, backwards bool) (*EventPage, error) {
	if err := j.write(ctx); err != nil { // what has just happened is to be in it
		return nil, err
	}
	page := &EventPage{Events: []lxd.Event{}}
	read := j.store.After
	if backwards {
		read = j.store.Before
	}
	for looked := 0; ; looked += batch {
		records, err := read(ctx, at, batch)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			event, err := j.hub.KeptEvent(record.head(), record.Body)
			if err != nil {
				return nil, err
			}
			if event = filter.Shown(as, event); event != nil {
				if len(page.Events) == most {
					page.More = true
					return page.ended(backwards), nil
				}
				page.Events = append(page.Events, event)
			}
			at = record.Sequence
			page.End = j.hub.CursorOf(at)
			if page.Start == "" {
				page.Start = page.End
			}
		}
		if len(records) < batch || looked > longestSearch {
			page.More = len(records) == batch
			return page.ended(backwards), nil
		}
	}
}

// ended puts a page that was read backwards in order.
func (p *EventPage) ended(backwards bool) *EventPage {
	if backwards {
		slices.Reverse(p.Events)
		p.Start, p.End = p.End, p.Start
	}
	return p
}
