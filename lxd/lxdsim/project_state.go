package lxdsim

import "net/http"

type projectUsage struct {
	Limit int64
	Usage int64
}

// getProjectState counts what a project holds. Nothing is limited.
func (s *Server) getProjectState(r *request) (answer, error) {
	name := r.name()
	if _, found := s.projects.get(name); !found {
		return answer{}, failure(http.StatusNotFound, "Project not found")
	}
	containers, machines := int64(0), int64(0)
	for _, i := range s.instances.where(func(i *instance) bool { return i.Project == name }) {
		if i.Type == "virtual-machine" {
			machines++
		} else {
			containers++
		}
	}
	networks := int64(0)
	if name == "default" {
		networks = int64(len(s.networks.where(func(n *network) bool { return n.Managed })))
	}
	used := map[string]int64{
		"containers": containers, "virtual-machines": machines, "instances": containers + machines,
		"networks": networks, "cpu": 0, "disk": 0, "memory": 0, "processes": 0,
	}
	resources := map[string]projectUsage{}
	for resource, usage := range used {
		resources[resource] = projectUsage{Limit: -1, Usage: usage}
	}
	return answer{metadata: map[string]any{"resources": resources}}, nil
}
