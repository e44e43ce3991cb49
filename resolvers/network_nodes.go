package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// findOfNetwork is what belongs to a network: "network/name".
func (r *Resolver) findOfNetwork(ctx context.Context, id lxd.ID) (lxd.Node, error) {
	parent, name := parentOf(id.Name)
	network, err := load(ctx).network.Load(ctx, key{id.Project, parent})()
	if err != nil || network == nil {
		return nil, err
	}
	switch id.Kind {
	case "NetworkForward":
		forwards, err := load(ctx).forwards.Load(ctx, network.Key())()
		return named(forwards, err, name, func(f *lxd.NetworkForward) string { return f.ListenAddress })
	case "NetworkPeer":
		peers, err := load(ctx).peers.Load(ctx, network.Key())()
		return named(peers, err, name, func(p *lxd.NetworkPeer) string { return p.Name })
	}
	balancers, err := load(ctx).loadBalancers.Load(ctx, network.Key())()
	return named(balancers, err, name, func(b *lxd.NetworkLoadBalancer) string { return b.ListenAddress })
}

func (r *Resolver) findZoneRecord(ctx context.Context, id lxd.ID) (lxd.Node, error) {
	parent, name := parentOf(id.Name)
	zone, err := load(ctx).zone.Load(ctx, key{id.Project, parent})()
	if err != nil || zone == nil {
		return nil, err
	}
	records, err := load(ctx).zoneRecords.Load(ctx, key{zone.Project, zone.Name})()
	return named(records, err, name, func(r *lxd.NetworkZoneRecord) string { return r.Name })
}
