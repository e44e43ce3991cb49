package lxd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxSubscriptions bounds all subscriptions of a hub.
const maxSubscriptions = 10_000

// EventFilter says which events a subscriber wants. Gaps are always wanted.
type EventFilter struct {
	// Project is the project; "" is "default".
	Project string
	// AllProjects is everything that the scope allows.
	AllProjects bool
	// Want chooses among them; nil is all. It is called under the hub's lock:
	// it has to be quick and must not call the hub.
	Want func(Event) bool
}

// WantEvents wants events of these types, and of lifecycle events those with one
// of these actions; nil is all.
func WantEvents(types []EventType, actions []string) func(Event) bool {
	return func(event Event) bool {
		if types != nil && !slices.Contains(types, event.Head().Type) {
			return false
		}
		done, ok := event.(*LifecycleEvent)
		return !ok || actions == nil || slices.Contains(actions, done.Action)
	}
}

// Subscription is one subscriber's queue of events. It belongs to whoever
// called [Hub.Subscribe], who has to call [Subscription.Close].
type Subscription struct {
	hub    *Hub
	scope  Scope
	filter EventFilter
	queue  *eventQueue
	last   string // the cursor that it would be resumed after
	reason error  // set before queue is ended
}

// LimitError says that there are too many subscriptions.
type LimitError struct{ Message string }

func (e *LimitError) Error() string { return e.Message }

// Subscribe begins to queue events: those published after it returns. A
// project that the scope does not allow is an *Error with status 404.
func (h *Hub) Subscribe(as Scope, filter EventFilter) (*Subscription, error) {
	return h.subscribe(as, filter, nil)
}

// errForgotten says that the hub does not remember the events after a sequence.
var errForgotten = errors.New("the hub has forgotten these events")

// pastShare is how much of a queue may be full when it begins, in a hundred: what
// happens meanwhile needs room.
const pastShare = 50

// IsForgotten reports whether SubscribeAfter had to refuse.
func IsForgotten(err error) bool { return errors.Is(err, errForgotten) }

// SubscribeAfter is Subscribe, with the events behind a sequence first. It
// refuses when the hub has forgotten some of them, or when they are too many to
// wait in a queue: see [IsForgotten].
func (h *Hub) SubscribeAfter(as Scope, filter EventFilter, sequence uint64) (*Subscription, error) {
	return h.subscribe(as, filter, &sequence)
}

func (h *Hub) subscribe(as Scope, filter EventFilter, after *uint64) (*Subscription, error) {
	filter.Project = projectOrDefault(filter.Project)
	if !filter.AllProjects {
		if err := enter(as, filter.Project, false); err != nil {
			return nil, err
		}
	}
	if err := h.client.Trouble(); err != nil {
		return nil, err
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed {
		return nil, ErrHubClosed
	}
	if len(h.subscribers) >= maxSubscriptions {
		return nil, &LimitError{fmt.Sprintf("there are %d subscriptions already, the most that this server takes: try again later", maxSubscriptions)}
	}
	subscriber := &Subscription{hub: h, scope: as, filter: filter, queue: newEventQueue(), last: h.cursor(h.sequence)}
	if after != nil {
		subscriber.last = h.cursor(*after)
		events, complete := h.last.after(*after, h.begun)
		if !complete {
			return nil, errForgotten
		}
		for _, event := range events {
			if subscriber.wants(event) && !subscriber.queue.put(event, pastShare) {
				return nil, errForgotten
			}
		}
	}
	h.subscribers[subscriber] = struct{}{}
	return subscriber, nil
}

// ofServerItself reports whether an event tells of LXD's own configuration, or
// of whom it trusts, which is the administrators'.
func ofServerItself(event Event) bool {
	done, ok := event.(*LifecycleEvent)
	return ok && slices.ContainsFunc([]string{"certificate-", "config-", "identity-", "auth-"}, func(kind string) bool { return strings.HasPrefix(done.Action, kind) })
}

// wants is the choke point for events.
func (s *Subscription) wants(event Event) bool {
	head := event.Head()
	if head.Type == EventGap {
		return true
	}
	if !s.scope.Allows(head.Effective, false) || (ofServerItself(event) && !s.scope.Allows("", true)) {
		return false
	}
	if change, ok := event.(*OperationEvent); ok && change.Operation.Shown(s.scope) == nil {
		return false
	}
	if !s.filter.AllProjects && projectOrDefault(head.Effective) != s.filter.Project {
		return false
	}
	return s.filter.Want == nil || s.filter.Want(event)
}

// shownTo is an event that a subscriber wants, as far as the scope may see it.
func shownTo(event Event, as Scope) Event {
	change, ok := event.(*OperationEvent)
	if !ok {
		return event
	}
	operation := change.Operation.Shown(as)
	if operation == change.Operation {
		return event
	}
	return &OperationEvent{change.EventHead, operation}
}

// Next waits for the next event. It ends with ctx's error, with a *LaggedError
// that holds the last cursor given, with a *NotTrustedError or a
// *CertificateError when LXD cannot be heard until somebody acts, or with ErrHubClosed.
func (s *Subscription) Next(ctx context.Context) (Event, error) {
	for {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		event, ended := s.queue.take()
		if event != nil {
			s.last = event.Head().Cursor
			return shownTo(event, s.scope), nil
		}
		if ended {
			var lagged *LaggedError
			if errors.As(s.reason, &lagged) {
				lagged.Cursor = s.last
			}
			return nil, s.reason
		}
		select {
		case <-ctx.Done():
		case <-s.queue.news:
		}
	}
}

// TryNext is the next event that is there already; nil for none. The end of the
// subscription is told by Next only.
func (s *Subscription) TryNext() Event {
	event, _ := s.queue.take()
	if event == nil {
		return nil
	}
	s.last = event.Head().Cursor
	return shownTo(event, s.scope)
}

// Close ends the subscription; calling it again does nothing.
func (s *Subscription) Close() {
	s.hub.mutex.Lock()
	defer s.hub.mutex.Unlock()
	s.hub.end(s, ErrHubClosed)
}
