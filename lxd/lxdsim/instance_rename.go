package lxdsim

import "net/http"

// renameInstance changes a name; an empty one is the one it has.
func (s *Server) renameInstance(r *request) (answer, error) {
	var body struct {
		Name      string `json:"name"`
		Migration bool   `json:"migration"`
	}
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	i, err := s.findInstance(r)
	switch {
	case err != nil:
		return answer{}, err
	case body.Migration:
		return answer{}, failure(http.StatusNotImplemented, "not implemented")
	case body.Name == "":
		body.Name = i.Name
	}
	if err := checkInstanceName(body.Name); err != nil {
		return answer{}, err
	}
	if _, taken := s.instances.get(key(i.Project, body.Name)); taken {
		return answer{}, failure(http.StatusConflict, "Name %q already in use", body.Name)
	}
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: "Renaming instance", resources: i.resources(),
		steps: []step{pause(), do(func() error { return s.finishRename(at, body.Name) })},
	})}, nil
}

func (s *Server) finishRename(at, name string) error {
	i, found := s.instances.get(at)
	if !found {
		return failure(http.StatusNotFound, "Instance not found")
	}
	if i.runs() {
		return failed("Renaming of running container not allowed")
	}
	if _, taken := s.instances.get(key(i.Project, name)); taken {
		return failed(`Failed renaming instance: This "instances" entry already exists`)
	}
	renamed := *i
	renamed.Name = name
	renamed.Config = merged(i.Config, map[string]string{"volatile.cloud-init.instance-id": s.randomUUID()}) // with each name
	s.instances.remove(at)
	s.putInstanceValue(&renamed)
	if s.happens(s.faults.Halfway) {
		return failed("Instance snapshot record count doesn't match instance snapshot volume record count")
	}
	s.publishLifecycle(i.Project, "instance-renamed", renamed.url(), map[string]string{"old_name": i.Name}, byNobody)
	return nil
}
