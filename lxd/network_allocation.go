package lxd

import (
	"context"
	"net/http"
	"slices"
)

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

// NetworkAllocations lists the addresses that are taken on the networks of an
// effective project (see [Project.Effective]), without those of what belongs to
// projects that the scope does not allow: LXD tells of the instances of all
// projects that share a network. An *ExtensionError where LXD cannot tell.
func (c *Client) NetworkAllocations(ctx context.Context, as Scope, project string) ([]*NetworkAllocation, error) {
	if err := c.need(ctx, "network_allocations"); err != nil {
		return nil, err
	}
	if err := enter(as, project, false); err != nil {
		return nil, err
	}
	allocations, err := get[[]*NetworkAllocation](ctx, c, in(project, path("network-allocations")))
	return c.allowed(as, allocations), err
}

// AllNetworkAllocations lists those of all projects that the scope allows.
func (c *Client) AllNetworkAllocations(ctx context.Context, as Scope) ([]*NetworkAllocation, error) {
	if err := c.need(ctx, "network_allocations"); err != nil {
		return nil, err
	}
	allocations, err := get[[]*NetworkAllocation](ctx, c, "/1.0/network-allocations?all-projects=true")
	if !isStatus(err, http.StatusForbidden) { // which a certificate restricted to projects gets
		return c.allowed(as, allocations), err
	}
	projects, err := c.effectiveProjects(ctx, as, FeatureNetworks)
	if err != nil {
		return nil, err
	}
	return gather(ctx, projects, func(ctx context.Context, project string) ([]*NetworkAllocation, error) {
		return c.NetworkAllocations(ctx, as, project)
	})
}

// allowed leaves out what belongs to other projects, and what LXD names in a
// way that does not tell whose it is.
func (c *Client) allowed(as Scope, allocations []*NetworkAllocation) []*NetworkAllocation {
	return slices.DeleteFunc(allocations, func(a *NetworkAllocation) bool {
		user, ok := c.Reference(a.User)
		return !ok || !as.Allows(user.Project, false)
	})
}
