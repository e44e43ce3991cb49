package lxdsim

import (
	"net/http"
	"strings"
)

type networkState struct {
	Addresses       []address       `json:"addresses"`
	Counters        networkCounters `json:"counters"`
	HardwareAddress string          `json:"hwaddr"`
	MTU             int             `json:"mtu"`
	State           string          `json:"state"`
	Type            string          `json:"type"`
	Bond            *struct{}       `json:"bond"`
	Bridge          *bridgeState    `json:"bridge"`
	VLAN            *struct{}       `json:"vlan"`
	OVN             *struct{}       `json:"ovn"`
}

type address struct {
	Family  string `json:"family"`
	Address string `json:"address"`
	Netmask string `json:"netmask"`
	Scope   string `json:"scope"`
}

type networkCounters struct {
	BytesReceived   int64 `json:"bytes_received"`
	BytesSent       int64 `json:"bytes_sent"`
	PacketsReceived int64 `json:"packets_received"`
	PacketsSent     int64 `json:"packets_sent"`
}

type bridgeState struct {
	ID            string   `json:"id"`
	STP           bool     `json:"stp"`
	ForwardDelay  int      `json:"forward_delay"`
	VLANDefault   int      `json:"vlan_default"`
	VLANFiltering bool     `json:"vlan_filtering"`
	UpperDevices  []string `json:"upper_devices"`
}

func (s *Server) getNetworkState(r *request) (answer, error) {
	if err := s.checkNetworkProject(r); err != nil {
		return answer{}, err
	}
	n, found := s.networks.get(r.name())
	if !found {
		return answer{}, failure(http.StatusNotFound, "Network interface %q not found", r.name())
	}
	received := s.uptime().Milliseconds()
	state := networkState{
		Addresses: []address{}, HardwareAddress: n.hardwareAddress, MTU: 1500, State: "up", Type: "broadcast",
		Counters: networkCounters{BytesReceived: received * 100, BytesSent: received * 80, PacketsReceived: received, PacketsSent: received},
	}
	if n.Managed {
		state.Addresses = append(state.Addresses, address{Family: "inet", Address: n.gateway(), Netmask: "16", Scope: "global"})
		state.Bridge = &bridgeState{ID: "8000." + strings.ReplaceAll(n.hardwareAddress, ":", ""), ForwardDelay: 1500, UpperDevices: s.bridgePorts(n)}
	}
	return answer{metadata: state}, nil
}

func (n *network) gateway() string { return n.prefix + ".0.1" }

// bridgePorts are the host's ends of the running instances' interfaces.
func (s *Server) bridgePorts(n *network) []string {
	ports := []string{}
	for _, i := range s.instances.all() {
		for _, nic := range i.interfaces {
			if nic.network == n.Name && i.runs() {
				ports = append(ports, nic.hostName)
			}
		}
	}
	return ports
}
