package lxd

import (
	"context"
	"net/http"
)

// NetworkForward is an address of a network whose connections go to instances.
type NetworkForward struct {
	ListenAddress string                `json:"listen_address"`
	Description   string                `json:"description"`
	Config        StringMap             `json:"config"`
	Ports         []*NetworkForwardPort `json:"ports"`
	Member        string                `json:"location"`

	id      string
	network NetworkKey
}

// NetworkForwardPort is a port that a forward listens on.
type NetworkForwardPort struct {
	Description   string `json:"description"`
	Protocol      string `json:"protocol"`
	ListenPort    string `json:"listen_port"`
	TargetPort    string `json:"target_port"`
	TargetAddress string `json:"target_address"`
}

// IsNode marks that a forward has an id.
func (*NetworkForward) IsNode() {}

// ID is the forward's id.
func (f *NetworkForward) ID() string { return f.id }

// Tags are the entries of the config key user.tags.
func (f *NetworkForward) Tags() []string { return f.Config.Tags() }

// Location is the cluster member; nil outside a cluster.
func (f *NetworkForward) Location() *string { return location(&f.Member) }

// child is the id of what belongs to the network.
func (n NetworkKey) child(c *Client, kind, name string) string {
	return ID{Server: c.Name(), Kind: kind, Project: n.Project, Name: n.Name + "/" + name}.String()
}

// ofNetwork lists what belongs to a network. Where its kind of network has
// none, or LXD does not manage it, the list is empty: LXD says so with status
// 400 and 404 (seen on 5.0.2).
func ofNetwork[T any](ctx context.Context, c *Client, as Scope, network NetworkKey, kind string) ([]T, error) {
	if !as.Allows(network.Project, false) {
		return nil, hidden("Network")
	}
	if !network.Managed {
		return []T{}, nil
	}
	objects, err := get[[]T](ctx, c, in(network.Project, path("networks", network.Name, kind), "recursion", "1"))
	if isStatus(err, http.StatusBadRequest) {
		return []T{}, nil
	}
	return objects, err
}

// NetworkForwards reads the forwards of a network.
func (c *Client) NetworkForwards(ctx context.Context, as Scope, network NetworkKey) ([]*NetworkForward, error) {
	forwards, err := ofNetwork[*NetworkForward](ctx, c, as, network, "forwards")
	for _, forward := range forwards {
		forward.id, forward.network = network.child(c, "NetworkForward", forward.ListenAddress), network
	}
	return forwards, err
}
