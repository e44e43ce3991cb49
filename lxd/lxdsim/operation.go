package lxdsim

import (
	"time"

	"github.com/google/uuid"
)

// operationRecord is what LXD sends of an operation. It is never changed: an
// update stores a new one.
type operationRecord struct {
	ID          string              `json:"id"`
	Class       string              `json:"class"`
	Description string              `json:"description"`
	CreatedAt   time.Time           `json:"created_at"`
	UpdatedAt   time.Time           `json:"updated_at"`
	Status      string              `json:"status"`
	StatusCode  int                 `json:"status_code"`
	Resources   map[string][]string `json:"resources"`
	Metadata    map[string]any      `json:"metadata"`
	MayCancel   bool                `json:"may_cancel"`
	Err         string              `json:"err"`
	Location    string              `json:"location"`
}

// keptFor is how long LXD remembers an operation that has ended.
const keptFor = 5 * time.Second

var operationCodes = map[string]int{"Pending": 105, "Running": 103, "Success": 200, "Failure": 400, "Cancelled": 401}

// operation is a live operation; the lock guards record.
type operation struct {
	project string
	record  *operationRecord
	// done is closed with the final status.
	done chan struct{}
}

// newOperation announces an operation as pending and then as running.
func (s *Server) newOperation(project, class, description string, resources map[string][]string, metadata map[string]any) *operation {
	now := time.Now().UTC()
	o := &operation{project: project, done: make(chan struct{}), record: &operationRecord{
		ID: uuid.NewString(), Class: class, Description: description, CreatedAt: now, UpdatedAt: now,
		Resources: resources, Metadata: metadata, MayCancel: class == "token", Location: "none",
	}}
	s.operations.put(o.record.ID, o)
	s.setStatus(o, "Pending", "")
	s.setStatus(o, "Running", "")
	return o
}

func (s *Server) setStatus(o *operation, status, reason string) {
	changed := *o.record
	changed.Status, changed.StatusCode, changed.Err = status, operationCodes[status], reason
	o.record = &changed
	s.publish("operation", o.project, o.record)
}

func (o *operation) final() bool { return o.record.StatusCode >= 200 }

// end gives an operation its final status; the lock must be held.
func (s *Server) end(o *operation, status, reason string) {
	if o.final() {
		return
	}
	s.setStatus(o, status, reason)
	close(o.done)
}

// forget waits until LXD would no longer know the operation.
func (s *Server) forget(o *operation) {
	if !s.sleep(keptFor) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.operations.remove(o.record.ID)
}

// sleep is false when the daemon was closed meanwhile.
func (s *Server) sleep(duration time.Duration) bool {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// startToken starts an operation that runs until it is cancelled.
func (s *Server) startToken(project string, metadata map[string]any) *operationRecord {
	o := s.newOperation(project, "token", "Executing operation", nil, metadata)
	s.goLocked(func() {
		select {
		case <-o.done:
			s.forget(o)
		case <-s.ctx.Done():
		}
	})
	return o.record
}
