package lxd

import (
	"context"
	"encoding/json"
	"strings"
)

// Network is a network of LXD's, or an interface of its host.
type Network struct {
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Type        NetworkType   `json:"type"`
	Managed     bool          `json:"managed"`
	Status      NetworkStatus `json:"status"`
	Config      StringMap     `json:"config"`
	Members     []string      `json:"locations"`
	Users       []string      `json:"used_by"`
	// Project is the effective project.
	Project string `json:"project"`

	server string
	// asking is the project of the instance by whose device the network was reached.
	asking string
}

// NetworkType is a kind of network.
type NetworkType string

// UnmarshalJSON reads LXD's word.
func (t *NetworkType) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*t = known[NetworkType](strings.ToUpper(word), "BRIDGE", "OVN", "MACVLAN", "SRIOV", "PHYSICAL", "LOOPBACK", "BOND", "VLAN")
	return err
}

// NetworkStatus is how far the making of a network is.
type NetworkStatus string

// UnmarshalJSON reads LXD's word.
func (s *NetworkStatus) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*s = known[NetworkStatus](strings.ToUpper(word), "CREATED", "PENDING", "ERRORED", "UNAVAILABLE")
	return err
}

// IsNode marks that a network has an id.
func (*Network) IsNode() {}

// ID is the network's id.
func (n *Network) ID() string {
	return ID{Server: n.server, Kind: "Network", Project: n.Project, Name: n.Name}.String()
}

// NetworkKey names a network, the same however it was reached.
type NetworkKey struct {
	Project, Name string
	// Managed is false for an interface of the host, which LXD says less of.
	Managed bool
	// Type decides what can belong to it.
	Type NetworkType
}

// Key names the network.
func (n *Network) Key() NetworkKey { return NetworkKey{n.Project, n.Name, n.Managed, n.Type} }

// Tags are the entries of the config key user.tags.
func (n *Network) Tags() []string { return n.Config.Tags() }

// Locations are the cluster members that the network is on; none outside a cluster.
func (n *Network) Locations() []string { return locations(n.Members) }

// Subnets are the address ranges that are set.
func (n *Network) Subnets() []string {
	var subnets []string
	for _, key := range []string{"ipv4.address", "ipv6.address"} {
		if address := n.Config[key]; address != "" && address != "none" {
			subnets = append(subnets, address)
		}
	}
	return subnets
}

// Asking is the project whose leases are meant where nothing else is said.
func (n *Network) Asking() string {
	if n.asking != "" {
		return n.asking
	}
	return n.Project
}

// ReachedFrom is the network as an instance of a project sees it.
func (n *Network) ReachedFrom(project string) *Network {
	seen := *n
	seen.asking = project
	return &seen
}

// ACLNames are the ACLs that the network names.
func (n *Network) ACLNames() []string { return commaSeparated(n.Config["security.acls"]) }

// ZoneNames are the zones that the network names.
func (n *Network) ZoneNames() []string {
	var names []string
	for _, key := range []string{"dns.zone.forward", "dns.zone.reverse.ipv4", "dns.zone.reverse.ipv6"} {
		names = append(names, commaSeparated(n.Config[key])...)
	}
	return names
}

func commaSeparated(text string) []string {
	names := []string{}
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (c *Client) networks() listing[*Network] {
	return listing[*Network]{
		address: "/1.0/networks", feature: FeatureNetworks, extension: "networks_all_projects",
		project: func(n *Network) string { return n.Project },
		adopt:   func(n *Network, project string) { n.adopt(c, project) },
	}
}

// adopt fills in what LXD leaves out.
func (n *Network) adopt(c *Client, project string) {
	n.server = c.Name()
	if n.Project == "" {
		n.Project = projectOrDefault(project)
	}
	if n.Status == "" {
		n.Status = "UNKNOWN"
	}
}

// Networks lists the networks of an effective project (see
// [Project.Effective]); default's with the interfaces of the host.
func (c *Client) Networks(ctx context.Context, as Scope, project string) ([]*Network, error) {
	return c.networks().in(ctx, c, as, project)
}

// AllNetworks lists the networks of all projects that the scope allows.
func (c *Client) AllNetworks(ctx context.Context, as Scope) ([]*Network, error) {
	return c.networks().everywhere(ctx, c, as)
}

// Network reads one network of an effective project.
func (c *Client) Network(ctx context.Context, as Scope, project, name string) (*Network, error) {
	if !as.Allows(project, false) {
		return nil, hidden("Network")
	}
	network, err := get[*Network](ctx, c, in(project, path("networks", name)))
	if err == nil {
		network.adopt(c, project)
	}
	return network, err
}

// IsManaged refuses a network that an instance cannot be put on by its name:
// one that is not there, and an interface of the host.
func (c *Client) IsManaged(ctx context.Context, project, name string) error {
	network, err := c.Network(ctx, System, project, name)
	if err == nil && !network.Managed {
		return hidden("Network")
	}
	return err
}

// NetworkName is the network that the device is on, or the host's interface
// that it hangs on; "" for none. owner is whose networks the instance's project
// uses; interfaces of the host, and bridges among them, are always default's.
func (d *NicDevice) NetworkName(owner string) (project, name string) {
	return networkOf(d.options, owner)
}

func networkOf(nic StringMap, owner string) (project, name string) {
	if name := nic["network"]; name != "" {
		return owner, name
	}
	return "default", nic["parent"]
}

// IsOn reports whether a device of the instance is on a network, where owner is
// whose networks its project uses.
func (i *Instance) IsOn(network NetworkKey, owner string) bool {
	for _, options := range i.ExpandedDevices {
		project, name := networkOf(options, owner)
		if options["type"] == "nic" && project == network.Project && name == network.Name {
			return true
		}
	}
	return false
}
