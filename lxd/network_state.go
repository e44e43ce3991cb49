package lxd

import (
	"context"
	"encoding/json"
	"slices"
)

// NetworkState is what a network is right now.
type NetworkState struct {
	Addresses []*NetworkAddress `json:"addresses"`
	Counters  *NetworkCounters  `json:"counters"`
	Hwaddr    string            `json:"hwaddr"`
	MTU       int               `json:"mtu"`
	State     string            `json:"state"`
	Type      string            `json:"type"`
	Bridge    JSON              `json:"bridge"`
	Bond      JSON              `json:"bond"`
	VLAN      JSON              `json:"vlan"`
	OVN       JSON              `json:"ovn"`
}

// NetworkAddress is an address of a network.
type NetworkAddress struct {
	Family  string `json:"family"`
	Address string `json:"address"`
	Netmask string `json:"netmask"`
	Scope   string `json:"scope"`
}

// NetworkCounters is what a network has carried.
type NetworkCounters struct {
	BytesReceived   int64 `json:"bytes_received"`
	BytesSent       int64 `json:"bytes_sent"`
	PacketsReceived int64 `json:"packets_received"`
	PacketsSent     int64 `json:"packets_sent"`
}

// BytesTotal is received and sent together.
func (c *NetworkCounters) BytesTotal() int64 { return c.BytesReceived + c.BytesSent }

// NetworkState reads what a network is right now; nil for one of LXD's that has
// no interface of its own on the host: of that LXD says status 404 (macvlan and
// physical networks, seen on 5.0.2).
func (c *Client) NetworkState(ctx context.Context, as Scope, network NetworkKey) (*NetworkState, error) {
	if !as.Allows(network.Project, false) {
		return nil, hidden("Network")
	}
	state, err := together(ctx, c, in(network.Project, path("networks", network.Name, "state")), func(state *NetworkState) {
		if state.Counters == nil {
			state.Counters = &NetworkCounters{}
		}
	})
	if network.Managed && IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	shown := *state // others see more or less of it
	return &shown, c.withoutUpperDevices(ctx, as, &shown)
}

// withoutUpperDevices leaves out a bridge's ports, one for each instance of
// whatever project, unless the scope allows all projects.
func (c *Client) withoutUpperDevices(ctx context.Context, as Scope, state *NetworkState) error {
	bridge := map[string]json.RawMessage{}
	if json.Unmarshal(state.Bridge, &bridge) != nil || bridge["upper_devices"] == nil {
		return nil
	}
	if all, err := c.seesAll(ctx, as); all || err != nil {
		return err
	}
	delete(bridge, "upper_devices")
	var err error
	state.Bridge, err = json.Marshal(bridge)
	return err
}

// Lease is an address that a network has given away.
type Lease struct {
	Hostname string `json:"hostname"`
	Hwaddr   string `json:"hwaddr"`
	Address  string `json:"address"`
	Type     string `json:"type"`
	Member   string `json:"location"`
	// Project is the project of what has the address. LXD says it from its
	// extension network_allocations_ovn_uplink on; before, it is the one asked for.
	Project string `json:"project"`
}

// Location is the cluster member; nil outside a cluster.
func (l *Lease) Location() *string { return location(&l.Member) }

// NetworkLeases reads the addresses that instances of a project have of a
// network. LXD leaves out those of other projects. A kind of network that gives no
// addresses has none: LXD says "Not implemented", with status 500 or 501.
func (c *Client) NetworkLeases(ctx context.Context, as Scope, network NetworkKey, project string) ([]*Lease, error) {
	if !as.Allows(network.Project, false) || !as.Allows(project, false) {
		return nil, hidden("Network")
	}
	if !network.Managed {
		return []*Lease{}, nil
	}
	leases, err := together(ctx, c, in(project, path("networks", network.Name, "leases")), func(leases []*Lease) {
		for _, lease := range leases {
			if lease.Project == "" {
				lease.Project = project
			}
		}
	})
	if isMessage(err, "Not implemented") {
		return []*Lease{}, nil
	}
	return slices.Clone(leases), err
}
