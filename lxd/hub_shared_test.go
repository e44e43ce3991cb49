package lxd

import (
	"errors"
	"testing"
	"time"
)

func update(uuid string, code, seconds int) *OperationEvent {
	at := Time{time.Date(2026, 1, 1, 0, 0, seconds, 123456789, time.UTC)}
	return &OperationEvent{EventHead{Type: EventOperation, Timestamp: at}, &Operation{UUID: uuid, StatusCode: code, UpdatedAt: at}}
}

// Two hubs of one journal show the same under the same cursors: what one has
// numbered both deliver, once, however often it comes.
func TestTwoHubsShowTheSame(t *testing.T) {
	one, other := newHub(), newHub()
	for _, hub := range []*Hub{one, other} {
		hub.Join("j", 41, func(Event) { t.Error("nothing was published") })
	}
	numbered := one.Number([]Event{update("u", codeRunning, 1), &GapEvent{EventHead: EventHead{Type: EventGap}}, update("u", codeFinal, 2), update("u", codeRunning, 3), update("v", codeRunning, 4)})
	if len(numbered) != 4 || numbered[0].Head().Sequence != 42 || numbered[3].Head().Sequence != 45 {
		t.Fatalf("%+v", numbered)
	}
	if gap := numbered[1].(*GapEvent); gap.Last != numbered[0].Head().Cursor {
		t.Errorf("the gap begins after %q", gap.Last)
	}
	if at := numbered[0].Head().Timestamp; at.Nanosecond() != 123456000 {
		t.Errorf("%v is more exact than it is kept", at)
	}
	if one.Last() != 41 || one.Operation("u") != nil {
		t.Error("what is not kept is shown already")
	}
	cursor, _ := ParseCursor(numbered[3].Head().Cursor)
	for _, hub := range []*Hub{one, other} {
		if !hub.IsAhead(cursor) {
			t.Error("what is to come counts as known")
		}
		events, _ := hub.Subscribe(System, EventFilter{AllProjects: true})
		defer events.Close()
		hub.Deliver(numbered[:2])
		hub.Deliver(numbered)
		hub.Deliver(numbered)
		for n := range numbered {
			event, err := events.Next(t.Context())
			if err != nil || event.Head().Cursor != numbered[n].Head().Cursor {
				t.Fatalf("%d: %+v %v", n, event, err)
			}
		}
		if event := events.TryNext(); event != nil {
			t.Errorf("once more comes %+v", event)
		}
		if _, known := hub.Place(cursor); !known || hub.IsAhead(cursor) || !hub.Operation("u").Final() {
			t.Error("what was delivered is not known")
		}
		if late := hub.Number([]Event{update("u", codeRunning, 9)}); len(late) != 0 {
			t.Errorf("after the end comes %+v", late)
		}
	}
}

// Who publishes while others number is heard there, and who follows a hub that
// has to leave something out is told.
func TestAHubThatOthersNumberFor(t *testing.T) {
	hub, told := newHub(), 0
	hub.Join("j", 0, func(Event) { told++ })
	events, _ := hub.Subscribe(System, EventFilter{AllProjects: true})
	hub.Publish(happened("default", "x"))
	if told != 1 || hub.Last() != 0 {
		t.Errorf("told %d times, the last is %d", told, hub.Last())
	}
	hub.Skip(7)
	var lagged *LaggedError
	if _, err := events.Next(t.Context()); !errors.As(err, &lagged) {
		t.Errorf("%v", err)
	}
	if _, err := hub.SubscribeAfter(System, EventFilter{AllProjects: true}, 3); !IsForgotten(err) {
		t.Errorf("what was left out counts as known: %v", err)
	}
	hub.Heard(true)
	hub.Lead()
	if hub.IsHeard() {
		t.Error("who takes over hears nothing yet")
	}
}
