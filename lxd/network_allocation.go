package lxd

import "context"

// NetworkAllocation is an address of a network that something has.
type NetworkAllocation struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	Via     string `json:"network"`
	Hwaddr  string `json:"hwaddr"`
	NAT     bool   `json:"nat"`
	User    string `json:"used_by"`
}

// Network is the network's name; nil where LXD does not tell.
func (a *NetworkAllocation) Network() *string { return optional(a.Via) }

// NetworkAllocations lists the addresses that are taken in a project, or in
// all that the scope allows; an *ExtensionError where LXD cannot tell.
func (c *Client) NetworkAllocations(ctx context.Context, as Scope, project string) ([]*NetworkAllocation, error) {
	if err := c.need(ctx, "network_allocations"); err != nil {
		return nil, err
	}
	if err := enter(as, project, false); err != nil {
		return nil, err
	}
	return get[[]*NetworkAllocation](ctx, c, in(project, path("network-allocations")))
}

// AllNetworkAllocations lists those of all projects that the scope allows.
func (c *Client) AllNetworkAllocations(ctx context.Context, as Scope) ([]*NetworkAllocation, error) {
	if err := c.need(ctx, "network_allocations"); err != nil {
		return nil, err
	}
	projects, err := c.effectiveProjects(ctx, as, FeatureNetworks)
	if err != nil {
		return nil, err
	}
	return gather(ctx, projects, func(ctx context.Context, project string) ([]*NetworkAllocation, error) {
		return c.NetworkAllocations(ctx, as, project)
	})
}
