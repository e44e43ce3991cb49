package lxd

import "context"

// NetworkLoadBalancer is an address of an OVN network whose connections are spread.
type NetworkLoadBalancer struct {
	ListenAddress string                        `json:"listen_address"`
	Description   string                        `json:"description"`
	Config        StringMap                     `json:"config"`
	Backends      []*NetworkLoadBalancerBackend `json:"backends"`
	Ports         []*NetworkLoadBalancerPort    `json:"ports"`
	Member        string                        `json:"location"`

	id      string
	network NetworkKey
}

// NetworkLoadBalancerBackend is what a load balancer sends connections to.
type NetworkLoadBalancerBackend struct {
	Name          string `json:"name"`
	Description   string `json:"description"`
	TargetPort    string `json:"target_port"`
	TargetAddress string `json:"target_address"`
}

// NetworkLoadBalancerPort is a port that a load balancer listens on.
type NetworkLoadBalancerPort struct {
	Description   string   `json:"description"`
	Protocol      string   `json:"protocol"`
	ListenPort    string   `json:"listen_port"`
	TargetBackend []string `json:"target_backend"`
}

// IsNode marks that a load balancer has an id.
func (*NetworkLoadBalancer) IsNode() {}

// ID is the load balancer's id.
func (b *NetworkLoadBalancer) ID() string { return b.id }

// Tags are the entries of the config key user.tags.
func (b *NetworkLoadBalancer) Tags() []string { return b.Config.Tags() }

// Location is the cluster member; nil outside a cluster.
func (b *NetworkLoadBalancer) Location() *string { return location(&b.Member) }

// NetworkLoadBalancers reads the load balancers of a network; an
// *ExtensionError where LXD has none.
func (c *Client) NetworkLoadBalancers(ctx context.Context, as Scope, network NetworkKey) ([]*NetworkLoadBalancer, error) {
	if err := c.need(ctx, loadBalancers); err != nil {
		return nil, err
	}
	balancers, err := ofNetwork[*NetworkLoadBalancer](ctx, c, as, network, "load-balancers")
	for _, balancer := range balancers {
		balancer.id, balancer.network = network.child(c, "NetworkLoadBalancer", balancer.ListenAddress), network
	}
	return balancers, err
}
