package lxd

import (
	"encoding/json"
	"fmt"
)

// keptEvent is an event as the journal keeps it, without its head.
type keptEvent struct {
	Action    string          `json:"action,omitempty"`
	Source    string          `json:"source,omitempty"`
	Requestor *EventRequestor `json:"requestor,omitempty"`
	Context   map[string]any  `json:"context,omitempty"`
	Operation *Operation      `json:"operation,omitempty"`
	Own       bool            `json:"own,omitempty"`
	Last      string          `json:"last,omitempty"`
}

// KeepEvent is what the journal keeps of an event beside its head. Secrets are
// out of it already: see [Operation.redact].
func KeepEvent(event Event) ([]byte, error) {
	var kept keptEvent
	switch told := event.(type) {
	case *LifecycleEvent:
		kept = keptEvent{Action: told.Action, Source: told.Source, Requestor: told.Requestor, Context: told.Context}
	case *OperationEvent:
		kept = keptEvent{Operation: told.Operation, Own: told.Operation.Own}
	case *GapEvent:
		kept = keptEvent{Last: told.Last}
	}
	return json.Marshal(kept)
}

// KeptEvent reads what KeepEvent wrote.
func (h *Hub) KeptEvent(head EventHead, body []byte) (Event, error) {
	var kept keptEvent
	if err := json.Unmarshal(body, &kept); err != nil {
		return nil, fmt.Errorf("the event %d of the journal cannot be read: %w", head.Sequence, err)
	}
	head.Cursor, head.size = h.CursorOf(head.Sequence), len(body)+256
	switch head.Type {
	case EventLifecycle:
		return &LifecycleEvent{EventHead: head, Action: kept.Action, Source: kept.Source, Requestor: kept.Requestor, Context: kept.Context}, nil
	case EventOperation:
		if kept.Operation == nil {
			return nil, fmt.Errorf("the event %d of the journal has no operation", head.Sequence)
		}
		kept.Operation.redact() // an earlier release may have kept more
		kept.Operation.Own, kept.Operation.Project, kept.Operation.server = kept.Own, head.Effective, h.client.Name()
		return &OperationEvent{EventHead: head, Operation: kept.Operation}, nil
	}
	return &GapEvent{EventHead: head, Last: kept.Last}, nil
}

// Shown is the choke point for events that are not in the stream any more: the
// event as far as the scope may see it, nil for none. See [Subscription].
func (f EventFilter) Shown(as Scope, event Event) Event {
	f.Project = projectOrDefault(f.Project)
	if !(&Subscription{scope: as, filter: f}).wants(event) {
		return nil
	}
	return shownTo(event, as)
}
