package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
)

// networkLoaders adds the loaders of networks, ACLs and zones.
func (r *Resolver) networkLoaders(l *loaders) {
	from := l.from
	l.network = edge[key, *lxd.Network]{newLoader(perProject(from.Networks, func(n *lxd.Network) string { return n.Name })), heldOf[lxd.Network](from, mirror.Networks)}
	l.acl = edge[key, *lxd.NetworkAcl]{newLoader(perProject(from.NetworkAcls, func(a *lxd.NetworkAcl) string { return a.Name })), heldOf[lxd.NetworkAcl](from, mirror.NetworkAcls)}
	l.zone = newLoader(perProject(r.LXD.NetworkZones, func(z *lxd.NetworkZone) string { return z.Name }))
	l.leases = newLoader(oneByOne(func(ctx context.Context, asked askedLeases) ([]*lxd.Lease, error) {
		return r.LXD.NetworkLeases(ctx, scope(ctx), asked.network, asked.project)
	}))
	l.networkState = newLoader(oneByOne(func(ctx context.Context, network lxd.NetworkKey) (*lxd.NetworkState, error) {
		return r.LXD.NetworkState(ctx, scope(ctx), network)
	}))
	l.forwards = newLoader(oneByOne(func(ctx context.Context, network lxd.NetworkKey) ([]*lxd.NetworkForward, error) {
		return r.LXD.NetworkForwards(ctx, scope(ctx), network)
	}))
	l.peers = newLoader(oneByOne(func(ctx context.Context, network lxd.NetworkKey) ([]*lxd.NetworkPeer, error) {
		return r.LXD.NetworkPeers(ctx, scope(ctx), network)
	}))
	l.loadBalancers = newLoader(oneByOne(func(ctx context.Context, network lxd.NetworkKey) ([]*lxd.NetworkLoadBalancer, error) {
		return r.LXD.NetworkLoadBalancers(ctx, scope(ctx), network)
	}))
	l.aclLog = newLoader(oneByOne(func(ctx context.Context, k key) (string, error) {
		return r.LXD.NetworkAclLog(ctx, scope(ctx), k.project, k.name)
	}))
	l.zoneRecords = newLoader(oneByOne(func(ctx context.Context, k key) ([]*lxd.NetworkZoneRecord, error) {
		return r.LXD.NetworkZoneRecords(ctx, scope(ctx), k.project, k.name)
	}))
	l.networkETag = newLoader(oneByOne(func(ctx context.Context, of lxd.NetworkObject) (*string, error) {
		return r.LXD.NetworkETag(ctx, scope(ctx), of)
	}))
}
