package lxd

import (
	"slices"
	"time"
)

// orderWindow is how long an event waits for older ones. LXD sends each from a
// goroutine of its own, so that they overtake each other.
const orderWindow = 5 * time.Millisecond

// inOrder hands on events by their timestamps within the window; one that comes
// later than that keeps the order in which it came. It ends when the events do,
// and hands on what it has.
func inOrder(events <-chan Event, publish func(Event)) {
	type arrived struct {
		event Event
		due   time.Time
	}
	var waiting []arrived
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case event, ok := <-events:
			if !ok {
				for _, one := range waiting {
					publish(one.event)
				}
				return
			}
			place := len(waiting)
			for place > 0 && waiting[place-1].event.Head().Timestamp.After(event.Head().Timestamp.Time) {
				place--
			}
			waiting = slices.Insert(waiting, place, arrived{event, time.Now().Add(orderWindow)})
		case <-timer.C:
		}
		now, next := time.Now(), time.Time{}
		ready := 0 // who is due takes along what goes before: nobody waits longer than the window
		for n, one := range waiting {
			if !one.due.After(now) {
				ready, next = n+1, time.Time{}
			} else if next.IsZero() || one.due.Before(next) {
				next = one.due
			}
		}
		for _, one := range waiting[:ready] {
			publish(one.event)
		}
		waiting = slices.Delete(waiting, 0, ready)
		if len(waiting) > 0 {
			timer.Reset(next.Sub(now))
		}
	}
}
