package lxdsim

import "fmt"

// Tell lets the daemon tell of that many updates of instances, all at once and
// without changing anything: the first is of the instance "tick-<from>".
func (s *Server) Tell(project string, from, count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := range count {
		s.publishLifecycle(project, "instance-updated", fmt.Sprintf("/1.0/instances/tick-%d", from+n), nil, byCaller)
	}
}
