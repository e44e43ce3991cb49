package lxdsim

import "net/http"

type lease struct {
	Hostname string `json:"hostname"`
	Hwaddr   string `json:"hwaddr"`
	Address  string `json:"address"`
	Type     string `json:"type"`
	Location string `json:"location"`
}

// listLeases shows the leases of one project's instances only; the gateway's
// belongs to the default project.
func (s *Server) listLeases(r *request) (answer, error) {
	if err := s.checkNetworkProject(r); err != nil {
		return answer{}, err
	}
	n, found := s.networks.get(r.name())
	if !found || !n.Managed || s.ownsNetworks(r.project) {
		return answer{}, failure(http.StatusNotFound, "Failed loading network: Network not found")
	}
	leases := []lease{}
	if r.project == "default" {
		leases = append(leases, lease{Hostname: n.Name + ".gw", Address: n.gateway(), Type: "gateway"})
	}
	for _, i := range s.instances.where(func(i *instance) bool { return i.Project == r.project }) {
		for _, nic := range i.interfaces {
			if nic.network == n.Name && i.runs() {
				leases = append(leases, lease{Hostname: i.Name, Hwaddr: nic.hardwareAddress, Address: nic.address, Type: "dynamic", Location: "none"})
			}
		}
	}
	return answer{metadata: leases}, nil
}
