package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// networkLoaders adds the loaders of networks, ACLs and zones.
func (r *Resolver) networkLoaders(l *loaders) {
	l.network = newLoader(perProject(r.LXD.Networks, func(n *lxd.Network) string { return n.Name }))
	l.acl = newLoader(perProject(r.LXD.NetworkAcls, func(a *lxd.NetworkAcl) string { return a.Name }))
	l.zone = newLoader(perProject(r.LXD.NetworkZones, func(z *lxd.NetworkZone) string { return z.Name }))
	l.leases = newLoader(oneByOne(r.readLeases))
	l.networkState = newLoader(oneByOne(func(ctx context.Context, k key) (*lxd.NetworkState, error) {
		return r.LXD.NetworkState(ctx, scope(ctx), &lxd.Network{Project: k.project, Name: k.name})
	}))
	l.forwards = newLoader(oneByOne(func(ctx context.Context, network *lxd.Network) ([]*lxd.NetworkForward, error) {
		return r.LXD.NetworkForwards(ctx, scope(ctx), network)
	}))
	l.peers = newLoader(oneByOne(func(ctx context.Context, network *lxd.Network) ([]*lxd.NetworkPeer, error) {
		return r.LXD.NetworkPeers(ctx, scope(ctx), network)
	}))
	l.loadBalancers = newLoader(oneByOne(func(ctx context.Context, network *lxd.Network) ([]*lxd.NetworkLoadBalancer, error) {
		return r.LXD.NetworkLoadBalancers(ctx, scope(ctx), network)
	}))
	l.aclLog = newLoader(oneByOne(func(ctx context.Context, acl *lxd.NetworkAcl) (string, error) {
		return r.LXD.NetworkAclLog(ctx, scope(ctx), acl)
	}))
	l.zoneRecords = newLoader(oneByOne(func(ctx context.Context, zone *lxd.NetworkZone) ([]*lxd.NetworkZoneRecord, error) {
		return r.LXD.NetworkZoneRecords(ctx, scope(ctx), zone)
	}))
}
