package lxdsim

import "net/http"

// ownsNetworks reports whether a project has networks, ACLs and zones of its
// own: then it shows none of default's, which are all that there are.
func (s *Server) ownsNetworks(project string) bool {
	return s.effective(project, "networks") != "default"
}

// defaultsList is a list of what only the default project has.
func (s *Server) defaultsList(list handler) handler {
	return func(r *request) (answer, error) {
		if err := s.checkNetworkProject(r); err != nil {
			return answer{}, err
		}
		if s.ownsNetworks(r.project) {
			return answer{metadata: []string{}}, nil
		}
		return list(r)
	}
}

// defaultsOne is one of what only the default project has.
func (s *Server) defaultsOne(missing string, one handler) handler {
	return func(r *request) (answer, error) {
		if err := s.checkNetworkProject(r); err != nil {
			return answer{}, err
		}
		if s.ownsNetworks(r.project) {
			return answer{}, failure(http.StatusNotFound, "%s", missing)
		}
		return one(r)
	}
}

// partOfNetwork is what only a network that LXD manages has.
func (s *Server) partOfNetwork(part handler) handler {
	return s.defaultsOne("Failed loading network: Network not found", func(r *request) (answer, error) {
		if n, found := s.networks.get(r.name()); !found || !n.Managed {
			return answer{}, failure(http.StatusNotFound, "Failed loading network: Network not found")
		}
		return part(r)
	})
}
