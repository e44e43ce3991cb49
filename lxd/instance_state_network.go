package lxd

// InstanceStateNetwork is a network interface of an instance.
type InstanceStateNetwork struct {
	Name      string                  `json:"-"`
	Hwaddr    string                  `json:"hwaddr"`
	HostName  string                  `json:"host_name"`
	MTU       int                     `json:"mtu"`
	State     string                  `json:"state"`
	Type      string                  `json:"type"`
	Addresses []*InstanceStateAddress `json:"addresses"`
	Counters  *InstanceStateCounters  `json:"counters"`
}

// InstanceStateAddress is an address of a network interface.
type InstanceStateAddress struct {
	Family  string `json:"family"`
	Address string `json:"address"`
	Netmask string `json:"netmask"`
	Scope   string `json:"scope"`
}

// InstanceStateCounters is what a network interface has carried.
type InstanceStateCounters struct {
	BytesReceived          int64 `json:"bytes_received"`
	BytesSent              int64 `json:"bytes_sent"`
	PacketsReceived        int64 `json:"packets_received"`
	PacketsSent            int64 `json:"packets_sent"`
	ErrorsReceived         int64 `json:"errors_received"`
	ErrorsSent             int64 `json:"errors_sent"`
	PacketsDroppedInbound  int64 `json:"packets_dropped_inbound"`
	PacketsDroppedOutbound int64 `json:"packets_dropped_outbound"`
}

// BytesTotal is received and sent together.
func (c *InstanceStateCounters) BytesTotal() int64 { return c.BytesReceived + c.BytesSent }

// Network are the interfaces by name.
func (s *InstanceState) Network() []*InstanceStateNetwork {
	networks := make([]*InstanceStateNetwork, 0, len(s.Networks))
	for _, name := range sortedKeys(s.Networks) {
		networks = append(networks, s.Networks[name])
	}
	return networks
}

// GlobalAddresses are the addresses of a family ("inet", "inet6") that others
// can reach it by.
func (s *InstanceState) GlobalAddresses(family string) []string {
	addresses := []string{}
	for _, network := range s.Network() {
		for _, address := range network.Addresses {
			if address.Family == family && address.Scope == "global" {
				addresses = append(addresses, address.Address)
			}
		}
	}
	return addresses
}

// Addresses are all that is not the loopback's; none where the state was not read.
func (s *InstanceState) Addresses() []string {
	var addresses []string
	if s == nil {
		return addresses
	}
	for _, network := range s.Network() {
		for _, address := range network.Addresses {
			if address.Scope != "local" {
				addresses = append(addresses, address.Address)
			}
		}
	}
	return addresses
}
