package lxdsim

import (
	"net/http"
	"strings"

	"github.com/gorilla/websocket"
)

// streamEvents answers every bad parameter with 500, as LXD 5.0.2 does, and then
// keeps the connection until either side ends it.
func (s *Server) streamEvents(w http.ResponseWriter, r *http.Request) {
	read, err := readRequest(w, r)
	if err == nil {
		err = s.checkStream(read)
	}
	if err != nil {
		writeFailure(w, err)
		return
	}
	types := streamTypes(read.query.Get("type"))
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	connection, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // The upgrader has answered.
	}
	l := &listener{
		connection: connection, types: types, project: read.project, allProjects: read.allProjects,
		pingEvery: s.options.PingEvery, wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	if !s.listen(l) {
		l.end()
		return
	}
	<-l.ended
	s.mu.Lock()
	delete(s.listeners, l)
	s.mu.Unlock()
}

// listen registers a listener and starts its two goroutines, unless the daemon
// was closed.
func (s *Server) listen(l *listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.listeners[l] = struct{}{}
	s.goLocked(l.read)
	s.goLocked(l.write)
	return true
}

func streamTypes(text string) map[string]bool {
	if text == "" {
		return map[string]bool{"logging": true, "operation": true, "lifecycle": true}
	}
	types := map[string]bool{}
	for _, kind := range strings.Split(text, ",") {
		types[kind] = true
	}
	return types
}

func (s *Server) checkStream(r *request) error {
	if r.allProjects && r.query.Get("project") != "" {
		return failure(http.StatusInternalServerError, "Cannot specify a project when requesting all projects")
	}
	s.mu.Lock()
	_, found := s.projects.get(r.project)
	s.mu.Unlock()
	if !found {
		return failure(http.StatusInternalServerError, "Project not found")
	}
	for kind := range streamTypes(r.query.Get("type")) {
		if kind != "logging" && kind != "operation" && kind != "lifecycle" {
			return failure(http.StatusInternalServerError, "%q isn't a supported event type", kind)
		}
	}
	return nil
}
