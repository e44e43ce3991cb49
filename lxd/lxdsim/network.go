package lxdsim

import "net/http"

type network struct {
	Config      map[string]string `json:"config"`
	Description string            `json:"description"`
	Name        string            `json:"name"`
	Type        string            `json:"type"`
	UsedBy      []string          `json:"used_by"`
	Managed     bool              `json:"managed"`
	Status      string            `json:"status"`
	Locations   []string          `json:"locations"`

	hardwareAddress string
	// prefix is the first two numbers of the addresses of a managed network.
	prefix string
	// leased counts the addresses given away.
	leased int
}

func (s *Server) checkNetworkProject(r *request) error {
	return s.withProject(r.project, "Failed to load project %q: Project not found", r.project)
}

func (s *Server) usedNetwork(n *network) *network {
	if !n.Managed {
		return n
	}
	used := *n
	used.UsedBy = s.deviceUsers(func(d device) bool { return d["type"] == "nic" && d["network"] == n.Name })
	return &used
}

// listNetworks shows the networks of the default project, and the interfaces of
// the host, in every project without networks of its own: bridges can be nowhere
// else.
func (s *Server) listNetworks(r *request) (answer, error) {
	if err := s.checkNetworkProject(r); err != nil {
		return answer{}, err
	}
	urls, objects := []string{}, []*network{}
	for _, n := range s.networks.all() {
		if s.ownsNetworks(r.project) {
			break
		}
		urls = append(urls, objectURL("", "networks", n.Name))
		if r.recursion > 0 {
			objects = append(objects, s.usedNetwork(n))
		}
	}
	return listAnswer(r, urls, objects), nil
}

func (s *Server) getNetwork(r *request) (answer, error) {
	if err := s.checkNetworkProject(r); err != nil {
		return answer{}, err
	}
	n, found := s.networks.get(r.name())
	if !found || s.ownsNetworks(r.project) {
		return answer{}, failure(http.StatusNotFound, "Network not found")
	}
	return answer{metadata: s.usedNetwork(n), etag: etagOf(n.Name, n.Managed, n.Type, n.Description, n.Config)}, nil
}
