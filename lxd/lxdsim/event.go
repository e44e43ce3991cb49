package lxdsim

import (
	"encoding/json"
	"time"
)

type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Metadata  any       `json:"metadata"`
	Location  string    `json:"location,omitempty"`
	Project   string    `json:"project,omitempty"`
}

type lifecycle struct {
	Action    string            `json:"action"`
	Source    string            `json:"source"`
	Context   map[string]string `json:"context,omitempty"`
	Requestor *requestor        `json:"requestor,omitempty"`
}

type requestor struct {
	Username string `json:"username"`
	Protocol string `json:"protocol"`
	Address  string `json:"address"`
}

// Whether a lifecycle event tells who asked for it: LXD 5.0.2 leaves that out of
// the events of an instance's record and of its snapshots.
const (
	byCaller = true
	byNobody = false
)

// publishLifecycle tells the listeners what has happened; the lock must be held.
func (s *Server) publishLifecycle(project, action, source string, context map[string]string, told bool) {
	happened := lifecycle{Action: action, Source: source, Context: context}
	if told {
		happened.Requestor = &requestor{Username: "root", Protocol: "unix", Address: "@"}
	}
	s.publish("lifecycle", project, happened)
}

// publish encodes an event once and queues it for each listener that wants it,
// with a delay of the listener's own. The lock must be held.
func (s *Server) publish(kind, project string, metadata any) {
	if len(s.listeners) == 0 {
		return
	}
	now := time.Now()
	frame, err := json.Marshal(event{Type: kind, Timestamp: now.UTC(), Metadata: metadata, Location: "none", Project: project})
	if err != nil {
		panic(err) // Only plain structs are published.
	}
	frame = append(frame, '\n')
	for l := range s.listeners {
		if l.wants(kind, project) {
			s.hand(l, frame, now)
		}
	}
}

func (s *Server) jitter() time.Duration {
	longest := max(s.options.EventJitter, s.faults.Shuffle)
	if longest <= 0 {
		return 0
	}
	return time.Duration(s.random.Int63n(int64(longest)))
}
