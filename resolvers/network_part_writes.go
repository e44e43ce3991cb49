package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) createForward(ctx context.Context, in place, network, member string, input *lxd.CreateNetworkForwardInput) (*work.NetworkForwardPayload, error) {
	listen := input.ListenAddress
	owner, operation, err := r.makes(ctx, in, func(ctx context.Context, as lxd.Scope, owner string) (operation *lxd.Operation, err error) {
		listen, operation, err = r.LXD.CreateNetworkForward(ctx, as, owner, network, member, input)
		return operation, err
	})
	return r.forwardAfter(ctx, owner, network, listen, operation, err)
}

func (r *Resolver) updateForward(ctx context.Context, in place, network, member, listen string, ifMatch *string, input *lxd.UpdateNetworkForwardInput) (*work.NetworkForwardPayload, error) {
	owner, operation, err := r.alone(ctx, in, "network", network, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.UpdateNetworkForward(ctx, as, owner, network, member, listen, ifMatch, input)
	})
	return r.forwardAfter(ctx, owner, network, listen, operation, err)
}

func (r *Resolver) forwardAfter(ctx context.Context, owner, network, listen string, operation *lxd.Operation, err error) (*work.NetworkForwardPayload, error) {
	if err != nil {
		return nil, err
	}
	forward, err := part[lxd.NetworkForward](r.partOf(ctx, owner, "NetworkForward", network, lxd.PlainAddress(listen)))
	return &work.NetworkForwardPayload{Forward: forward, Operation: operation}, err
}

func (r *Resolver) deleteForward(ctx context.Context, in place, network, member, listen string) (*work.DeletePayload, error) {
	return deletes(ctx, r, in, nil, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.NetworkForward, *lxd.Operation, error) {
		return r.LXD.DeleteNetworkForward(ctx, as, owner, network, member, listen)
	})
}

func (r *Resolver) createPeer(ctx context.Context, in place, network string, input *lxd.CreateNetworkPeerInput) (*work.NetworkPeerPayload, error) {
	owner, operation, err := r.makes(ctx, in, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.CreateNetworkPeer(ctx, as, owner, network, input)
	})
	return r.peerAfter(ctx, owner, network, input.Name, operation, err)
}

func (r *Resolver) updatePeer(ctx context.Context, in place, network, name string, ifMatch *string, input *lxd.UpdateNetworkPeerInput) (*work.NetworkPeerPayload, error) {
	owner, operation, err := r.alone(ctx, in, "network", network, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.UpdateNetworkPeer(ctx, as, owner, network, name, ifMatch, input)
	})
	return r.peerAfter(ctx, owner, network, name, operation, err)
}

func (r *Resolver) peerAfter(ctx context.Context, owner, network, name string, operation *lxd.Operation, err error) (*work.NetworkPeerPayload, error) {
	if err != nil {
		return nil, err
	}
	found, err := part[lxd.NetworkPeer](r.partOf(ctx, owner, "NetworkPeer", network, name))
	return &work.NetworkPeerPayload{Peer: found, Operation: operation}, err
}

func (r *Resolver) deletePeer(ctx context.Context, in place, network, name string) (*work.DeletePayload, error) {
	return deletes(ctx, r, in, nil, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.NetworkPeer, *lxd.Operation, error) {
		return r.LXD.DeleteNetworkPeer(ctx, as, owner, network, name)
	})
}

func (r *Resolver) createBalancer(ctx context.Context, in place, network string, input *lxd.CreateNetworkLoadBalancerInput) (*work.NetworkLoadBalancerPayload, error) {
	listen := input.ListenAddress
	owner, operation, err := r.makes(ctx, in, func(ctx context.Context, as lxd.Scope, owner string) (operation *lxd.Operation, err error) {
		listen, operation, err = r.LXD.CreateNetworkLoadBalancer(ctx, as, owner, network, input)
		return operation, err
	})
	return r.balancerAfter(ctx, owner, network, listen, operation, err)
}

func (r *Resolver) updateBalancer(ctx context.Context, in place, network, listen string, ifMatch *string, input *lxd.UpdateNetworkLoadBalancerInput) (*work.NetworkLoadBalancerPayload, error) {
	owner, operation, err := r.alone(ctx, in, "network", network, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.UpdateNetworkLoadBalancer(ctx, as, owner, network, listen, ifMatch, input)
	})
	return r.balancerAfter(ctx, owner, network, listen, operation, err)
}

func (r *Resolver) balancerAfter(ctx context.Context, owner, network, listen string, operation *lxd.Operation, err error) (*work.NetworkLoadBalancerPayload, error) {
	if err != nil {
		return nil, err
	}
	found, err := part[lxd.NetworkLoadBalancer](r.partOf(ctx, owner, "NetworkLoadBalancer", network, lxd.PlainAddress(listen)))
	return &work.NetworkLoadBalancerPayload{LoadBalancer: found, Operation: operation}, err
}

func (r *Resolver) deleteBalancer(ctx context.Context, in place, network, listen string) (*work.DeletePayload, error) {
	return deletes(ctx, r, in, nil, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.NetworkLoadBalancer, *lxd.Operation, error) {
		return r.LXD.DeleteNetworkLoadBalancer(ctx, as, owner, network, listen)
	})
}
