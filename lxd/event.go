package lxd

import (
	"encoding/json"
	"strings"
)

// EventType is a kind of event.
type EventType string

// The kinds of event.
const (
	EventLifecycle EventType = "LIFECYCLE"
	EventOperation EventType = "OPERATION"
	EventGap       EventType = "GAP"
	EventUnknown   EventType = "UNKNOWN"
)

// Event is something that happened; its Go type is its kind.
type Event interface {
	// Head is what every event has.
	Head() *EventHead
}

// EventHead is what every event has.
type EventHead struct {
	// Cursor is the event's place in the stream: opaque, and each event's own.
	Cursor    string
	Timestamp Time
	Type      EventType
	// Effective is the project's name; "" for the server's own events.
	Effective string
	Member    string
	// Sequence is the cursor's own number.
	Sequence uint64

	size int // of LXD's frame, in bytes
}

// Head is the event's own head.
func (h *EventHead) Head() *EventHead { return h }

// Project is the project's name; nil for the server's own events.
func (h *EventHead) Project() *string { return optional(h.Effective) }

// Location is the cluster member; nil outside a cluster.
func (h *EventHead) Location() *string { return location(&h.Member) }

// LifecycleEvent says that something was done to an object.
type LifecycleEvent struct {
	EventHead
	Action    string          `json:"action"`
	Source    string          `json:"source"`
	Requestor *EventRequestor `json:"requestor"`
	Context   map[string]any  `json:"context"`
}

// EventRequestor is who asked LXD for something.
type EventRequestor struct {
	Username string `json:"username"`
	Protocol string `json:"protocol"`
	Address  string `json:"address"`
}

// OperationEvent says that an operation changed.
type OperationEvent struct {
	EventHead
	Operation *Operation
}

// GapEvent says that LXD could not be heard for a while.
type GapEvent struct {
	EventHead
	// From is the cursor of the last event before the gap; "" when there was none.
	Last string
}

// From is the cursor of the last event before the gap.
func (g *GapEvent) From() *string { return optional(g.Last) }

// To is the cursor of the gap's end.
func (g *GapEvent) To() string { return g.Cursor }

// eventFrame is one text frame of LXD's event stream.
type eventFrame struct {
	Type      string          `json:"type"`
	Timestamp Time            `json:"timestamp"`
	Metadata  json.RawMessage `json:"metadata"`
	Location  string          `json:"location"`
	Project   string          `json:"project"`
}

// event decodes a frame; nil for one that nobody is shown.
func (c *Client) event(frame *eventFrame) Event {
	head := EventHead{Timestamp: frame.Timestamp, Effective: frame.Project, Member: frame.Location, size: len(frame.Metadata) + 256}
	switch frame.Type {
	case "lifecycle":
		event := &LifecycleEvent{EventHead: head}
		if json.Unmarshal(frame.Metadata, event) != nil {
			return nil
		}
		event.Type = EventLifecycle
		return event
	case "operation":
		operation := new(Operation)
		if json.Unmarshal(frame.Metadata, operation) != nil || operation.isToken() {
			return nil
		}
		c.own(operation, frame.Project)
		head.Type = EventOperation
		return &OperationEvent{head, operation}
	}
	return nil
}

// OldName is the name before a rename; "" for other actions.
func (e *LifecycleEvent) OldName() string {
	name, _ := e.Context["old_name"].(string)
	return name
}

// Object is the kind, in LXD's word ("instances"), and the name of what the
// event is about; a child's name follows its parent's after a slash.
func (e *LifecycleEvent) Object() (kind, name string) {
	source, _, _ := strings.Cut(strings.TrimPrefix(e.Source, "/1.0/"), "?")
	kind, name, _ = strings.Cut(source, "/")
	return kind, name
}
