package lxdsim

import (
	"net/http"
)

// resources are the URLs that an operation on a whole instance names: without
// the project, and twice for a container.
func (i *instance) resources() map[string][]string { return resourcesOf(i.Type, i.Name) }

func resourcesOf(kind, path string) map[string][]string {
	named := map[string][]string{"instances": {"/1.0/instances/" + path}}
	if kind == "container" {
		named["containers"] = []string{"/1.0/containers/" + path}
	}
	return named
}

func (s *Server) deleteInstance(r *request) (answer, error) {
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	if i.runs() {
		return answer{}, failure(http.StatusBadRequest, "Instance is running")
	}
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: "Deleting instance", resources: i.resources(),
		steps: []step{pause(), do(func() error { return s.finishDelete(at) })},
	})}, nil
}

func (s *Server) finishDelete(at string) error {
	i, found := s.instances.get(at)
	if !found {
		return failure(http.StatusNotFound, "Instance not found")
	}
	if isTrue(i.ExpandedConfig["security.protection.delete"]) {
		return failed("Instance is protected")
	}
	if i.runs() {
		return failed("Instance is running")
	}
	s.dropInstance(i)
	return nil
}

func (s *Server) dropInstance(i *instance) {
	for _, taken := range i.snapshots {
		s.publishLifecycle(i.Project, "instance-snapshot-deleted", objectURL(i.Project, "instances", i.Name, "snapshots", taken.Name), nil, byNobody)
	}
	s.instances.remove(key(i.Project, i.Name))
	s.publishLifecycle(i.Project, "instance-deleted", i.url(), nil, byNobody)
}
