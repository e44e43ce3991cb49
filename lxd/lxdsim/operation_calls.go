package lxdsim

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// listOperations answers a map by status; all-projects is not understood by LXD
// 5.0.2, and an unknown project has no operations.
func (s *Server) listOperations(r *request) (answer, error) {
	urls, objects := map[string][]string{}, map[string][]*operationRecord{}
	for _, o := range s.operations.all() {
		if o.project != r.project && o.project != "" {
			continue
		}
		status := strings.ToLower(o.record.Status)
		urls[status] = append(urls[status], "/1.0/operations/"+o.record.ID)
		objects[status] = append(objects[status], o.record)
	}
	if r.recursion == 0 {
		return answer{metadata: urls}, nil
	}
	return answer{metadata: objects}, nil
}

func (s *Server) findOperation(id string) (*operation, error) {
	o, found := s.operations.get(id)
	if !found {
		return nil, failure(http.StatusNotFound, "Operation not found")
	}
	return o, nil
}

func (s *Server) getOperation(r *request) (answer, error) {
	o, err := s.findOperation(r.name())
	if err != nil {
		return answer{}, err
	}
	return answer{metadata: o.record}, nil
}

func (s *Server) cancelOperation(r *request) (answer, error) {
	o, err := s.findOperation(r.name())
	if err != nil {
		return answer{}, err
	}
	if o.final() {
		return answer{}, failure(http.StatusBadRequest, "Only running operations can be cancelled")
	}
	if !o.record.MayCancel {
		return answer{}, failure(http.StatusBadRequest, "This operation can't be cancelled")
	}
	s.end(o, "Cancelled", "")
	s.publishLifecycle(o.project, "operation-cancelled", "/1.0/operations/"+o.record.ID, nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}

// waitOperation answers 200 with the operation when it has ended, whether well
// or badly, and also when timeout seconds have passed before.
func (s *Server) waitOperation(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	o, err := s.findOperation(r.PathValue("name"))
	s.mu.Unlock()
	if err != nil {
		writeFailure(w, err)
		return
	}
	seconds := -1
	if text := r.URL.Query().Get("timeout"); text != "" {
		if seconds, err = strconv.Atoi(text); err != nil {
			writeFailure(w, err)
			return
		}
	}
	var expired <-chan time.Time
	if seconds >= 0 {
		timer := time.NewTimer(time.Duration(seconds) * time.Second)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-o.done:
	case <-expired:
	case <-r.Context().Done():
	case <-s.ctx.Done():
		writeFailure(w, failure(http.StatusServiceUnavailable, "LXD is shutting down"))
		return
	}
	s.mu.Lock()
	record := o.record
	s.mu.Unlock()
	answer{metadata: record}.write(w)
}
