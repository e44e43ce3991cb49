package lxd

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func heavy(action string, bytes int) *LifecycleEvent {
	event := happened("default", action)
	event.size = bytes
	return event
}

// Who does not read keeps no more than a queue of few large events, or of many
// small ones, and others do not notice.
func TestAQueueIsBoundedInBytesToo(t *testing.T) {
	hub := newHub()
	slow, _ := hub.Subscribe(System, EventFilter{AllProjects: true})
	defer slow.Close()
	quick, _ := hub.Subscribe(System, EventFilter{AllProjects: true})
	defer quick.Close()
	const large = 100 << 10
	for n := range 10 * queueBytes / large {
		hub.Publish(heavy(fmt.Sprint(n), large))
		if event := quick.TryNext(); event == nil || event.(*LifecycleEvent).Action != fmt.Sprint(n) {
			t.Fatalf("who reads misses event %d: %v", n, event)
		}
		if slow.queue.bytes > queueBytes || len(slow.queue.events) > queueBytes/large {
			t.Fatalf("%d events of %d bytes wait", len(slow.queue.events), slow.queue.bytes)
		}
	}
	read, last := 0, ""
	for event := slow.TryNext(); event != nil; event = slow.TryNext() {
		read, last = read+1, event.Head().Cursor
	}
	var lagged *LaggedError
	if _, err := slow.Next(t.Context()); !errors.As(err, &lagged) || lagged.Cursor != last || read != queueBytes/large {
		t.Errorf("after %d events: %v", read, err)
	}
	if quick.queue.bytes != 0 || cap(quick.queue.events) > keptRoom {
		t.Errorf("an empty queue keeps %d bytes and %d places", quick.queue.bytes, cap(quick.queue.events))
	}
	hub.Publish(heavy("giant", 2*queueBytes))
	if event := quick.TryNext(); event == nil {
		t.Error("an event larger than a queue never comes")
	}
}

// Who lags without having read anything is told where it began.
func TestWhoNeverReadCanGoOn(t *testing.T) {
	hub := newHub()
	hub.Publish(happened("default", "before"))
	slow, _ := hub.Subscribe(System, EventFilter{AllProjects: true})
	if slow.last != hub.CursorOf(1) {
		t.Errorf("it would go on after %q", slow.last)
	}
	slow.Close()
	after, err := hub.SubscribeAfter(System, EventFilter{AllProjects: true}, 0)
	if err != nil || after.TryNext() == nil {
		t.Errorf("the events behind its cursor: %v", err)
	}
	for range queueLength {
		hub.Publish(happened("default", "x"))
	}
	if _, err := hub.SubscribeAfter(System, EventFilter{AllProjects: true}, 0); !IsForgotten(err) {
		t.Errorf("more than a queue holds begins a subscription: %v", err)
	}
}

// No event waits longer than the window for older ones, however many come; what
// comes later than that keeps its place.
func TestTheWindowIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		events := make(chan Event)
		type published struct {
			action string
			after  time.Duration
		}
		var got []published
		done := make(chan struct{})
		go func() {
			defer close(done)
			inOrder(events, func(event Event) {
				got = append(got, published{event.(*LifecycleEvent).Action, time.Since(begun)})
			})
		}()
		for n := range 10 { // each is older than the one before, and comes before that is due
			event := happened("default", fmt.Sprint(n))
			event.Timestamp = Time{begun.Add(-time.Duration(n) * time.Second)}
			events <- event
			time.Sleep(orderWindow - time.Millisecond)
		}
		close(events)
		<-done
		arrived := map[string]time.Duration{}
		for n := range 10 {
			arrived[fmt.Sprint(n)] = time.Duration(n) * (orderWindow - time.Millisecond)
		}
		for _, one := range got {
			if waited := one.after - arrived[one.action]; waited > orderWindow {
				t.Errorf("event %s waited %v", one.action, waited)
			}
		}
		if len(got) != 10 || got[0].action != "1" || got[1].action != "0" {
			t.Errorf("published %v", got)
		}
	})
}
