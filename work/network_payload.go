package work

import "github.com/lxdql/lxdql/lxd"

// NetworkPayload is what a change of a network gives.
type NetworkPayload struct {
	// Network is the network after the change; nil when there is none (yet).
	Network *lxd.Network
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
	// Plan is what a dry run tells; nil when it was none.
	Plan *lxd.ChangePlan
}

// NetworkForwardPayload is what a change of a forward gives.
type NetworkForwardPayload struct {
	// Forward is the forward after the change; nil when there is none (yet).
	Forward *lxd.NetworkForward
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// NetworkPeerPayload is what a change of a peer gives.
type NetworkPeerPayload struct {
	// Peer is the peer after the change; nil when there is none (yet).
	Peer *lxd.NetworkPeer
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// NetworkLoadBalancerPayload is what a change of a load balancer gives.
type NetworkLoadBalancerPayload struct {
	// LoadBalancer is the load balancer after the change; nil when there is none (yet).
	LoadBalancer *lxd.NetworkLoadBalancer
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// NetworkAclPayload is what a change of an ACL gives.
type NetworkAclPayload struct { //nolint:staticcheck // the GraphQL type's name
	// NetworkAcl is the ACL after the change; nil when there is none (yet).
	NetworkAcl *lxd.NetworkAcl //nolint:staticcheck // the GraphQL field's name
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// NetworkZonePayload is what a change of a zone gives.
type NetworkZonePayload struct {
	// NetworkZone is the zone after the change; nil when there is none (yet).
	NetworkZone *lxd.NetworkZone
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// NetworkZoneRecordPayload is what a change of a record gives.
type NetworkZoneRecordPayload struct {
	// Record is the record after the change; nil when there is none (yet).
	Record *lxd.NetworkZoneRecord
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateNetworkPayload             = NetworkPayload
	UpdateNetworkPayload             = NetworkPayload
	RenameNetworkPayload             = NetworkPayload
	DeleteNetworkPayload             = DeletePayload
	CreateNetworkForwardPayload      = NetworkForwardPayload
	UpdateNetworkForwardPayload      = NetworkForwardPayload
	DeleteNetworkForwardPayload      = DeletePayload
	CreateNetworkPeerPayload         = NetworkPeerPayload
	UpdateNetworkPeerPayload         = NetworkPeerPayload
	DeleteNetworkPeerPayload         = DeletePayload
	CreateNetworkLoadBalancerPayload = NetworkLoadBalancerPayload
	UpdateNetworkLoadBalancerPayload = NetworkLoadBalancerPayload
	DeleteNetworkLoadBalancerPayload = DeletePayload
	CreateNetworkAclPayload          = NetworkAclPayload
	UpdateNetworkAclPayload          = NetworkAclPayload
	RenameNetworkAclPayload          = NetworkAclPayload
	DeleteNetworkAclPayload          = DeletePayload
	CreateNetworkZonePayload         = NetworkZonePayload
	UpdateNetworkZonePayload         = NetworkZonePayload
	DeleteNetworkZonePayload         = DeletePayload
	CreateNetworkZoneRecordPayload   = NetworkZoneRecordPayload
	UpdateNetworkZoneRecordPayload   = NetworkZoneRecordPayload
	DeleteNetworkZoneRecordPayload   = DeletePayload
)
