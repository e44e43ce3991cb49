package lxd

import "context"

// NetworkObject is a network, or what belongs to networks.
type NetworkObject interface {
	// at is the effective project, and where LXD shows the object alone; "" for
	// what LXD does not manage.
	at() (project, address string)
}

func (n *Network) at() (project, address string) {
	if !n.Managed {
		return n.Project, ""
	}
	return n.Project, networkAddress(n.Project, "", n.Name)
}

func (f *NetworkForward) at() (project, address string) {
	return f.network.Project, networkAddress(f.network.Project, value(f.Location()), f.network.Name, "forwards", f.ListenAddress)
}

func (p *NetworkPeer) at() (project, address string) {
	return p.network.Project, networkAddress(p.network.Project, "", p.network.Name, "peers", p.Name)
}

func (b *NetworkLoadBalancer) at() (project, address string) {
	return b.network.Project, networkAddress(b.network.Project, "", b.network.Name, "load-balancers", b.ListenAddress)
}

func (a *NetworkAcl) at() (project, address string) {
	return a.Project, in(a.Project, path("network-acls", a.Name))
}

func (z *NetworkZone) at() (project, address string) {
	return z.Project, in(z.Project, path("network-zones", z.Name))
}

func (r *NetworkZoneRecord) at() (project, address string) {
	return r.project, in(r.project, path("network-zones", r.zone, "records", r.Name))
}

// NetworkETag is what LXD calls the present content of a network, or of what
// belongs to networks; nil where LXD has no name for it.
func (c *Client) NetworkETag(ctx context.Context, as Scope, of NetworkObject) (*string, error) {
	project, address := of.at()
	if !as.Allows(project, false) {
		return nil, hidden("Network")
	}
	if address == "" {
		return nil, nil
	}
	return etag(ctx, c, address)
}
