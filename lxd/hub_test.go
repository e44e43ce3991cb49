package lxd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

type only string

func (o only) Allows(project string, write bool) bool { return project == string(o) && !write }

func happened(project, action string) *LifecycleEvent {
	return &LifecycleEvent{EventHead: EventHead{Type: EventLifecycle, Effective: project}, Action: action, Source: "/1.0/instances/c1"}
}

func newHub() *Hub { return NewHub(&Client{}) }

func TestASubscriberHearsNothingOfAHiddenProject(t *testing.T) {
	hub := newHub()
	if _, err := hub.Subscribe(only("a"), EventFilter{Project: "b"}); !IsNotFound(err) {
		t.Errorf("subscribed to a hidden project: %v", err)
	}
	all, err := hub.Subscribe(only("a"), EventFilter{AllProjects: true})
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	hub.Publish(happened("b", "secret"))
	hub.Publish(happened("", "secret too"))
	hub.Publish(happened("a", "mine"))
	event, err := all.Next(t.Context())
	if err != nil || event.(*LifecycleEvent).Action != "mine" {
		t.Errorf("%+v, %v", event, err)
	}
}

func TestASubscriberThatDoesNotReadIsEndedAndOthersAreNot(t *testing.T) {
	hub := newHub()
	slow, _ := hub.Subscribe(System, EventFilter{AllProjects: true})
	quick, _ := hub.Subscribe(System, EventFilter{AllProjects: true})
	defer quick.Close()
	cursors := map[string]bool{}
	for n := range queueLength + 10 {
		hub.Publish(happened("default", fmt.Sprint(n)))
		event, err := quick.Next(t.Context())
		if err != nil || event.(*LifecycleEvent).Action != fmt.Sprint(n) {
			t.Fatalf("%d: %+v, %v", n, event, err)
		}
		cursors[event.Head().Cursor] = true
	}
	if len(cursors) != queueLength+10 {
		t.Errorf("%d cursors for %d events", len(cursors), queueLength+10)
	}
	last := ""
	for range queueLength {
		event, err := slow.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		last = event.Head().Cursor
	}
	var lagged *LaggedError
	if _, err := slow.Next(t.Context()); !errors.As(err, &lagged) || lagged.Cursor != last {
		t.Errorf("%v", err)
	}
	slow.Close()
}

func TestNothingFollowsAFinalStatus(t *testing.T) {
	hub := newHub()
	events, _ := hub.Subscribe(System, EventFilter{AllProjects: true})
	defer events.Close()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, update := range []struct{ code, milliseconds int }{
		{codeRunning, 0}, {codePending, 0}, {codeRunning, 20}, {codeRunning, 10}, {codeFinal, 15}, {codeRunning, 30}, {codeFailure, 40},
	} {
		hub.Publish(&OperationEvent{EventHead{Type: EventOperation}, &Operation{
			UUID: "u", StatusCode: update.code, UpdatedAt: Time{at.Add(time.Duration(update.milliseconds) * time.Millisecond)}}})
	}
	for _, want := range []OperationStatus{OperationRunning, OperationRunning, OperationSuccess} {
		event, err := events.Next(t.Context())
		if err != nil || event.(*OperationEvent).Operation.Status() != want {
			t.Fatalf("want %s: %+v, %v", want, event, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if event, err := events.Next(ctx); err == nil {
		t.Errorf("after the end comes %+v", event)
	}
}

func TestTheHubEndsWithItsContextAndSaysSo(t *testing.T) {
	defer goleak.VerifyNone(t)
	hub := NewHub(clientOf(t, t.TempDir()+"/nope"))
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { hub.Run(ctx) })
	events, err := hub.Subscribe(System, EventFilter{AllProjects: true})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	running.Wait()
	if _, err := events.Next(t.Context()); !errors.Is(err, ErrHubClosed) {
		t.Errorf("%v", err)
	}
	if _, err := hub.Subscribe(System, EventFilter{}); !errors.Is(err, ErrHubClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestPublishingAndSubscribingSideBySide(t *testing.T) {
	hub := newHub()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 50 {
				events, err := hub.Subscribe(System, EventFilter{AllProjects: true})
				if err != nil {
					t.Error(err)
					return
				}
				hub.Publish(happened("default", "x"))
				if _, err := events.Next(t.Context()); err != nil {
					t.Error(err)
				}
				events.Close()
			}
		})
	}
	all.Wait()
	if len(hub.subscribers) != 0 {
		t.Errorf("%d subscribers are left", len(hub.subscribers))
	}
}
