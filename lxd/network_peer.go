package lxd

import "context"

// NetworkPeer is a connection to another OVN network.
type NetworkPeer struct {
	Name          string    `json:"name"`
	Description   string    `json:"description"`
	Config        StringMap `json:"config"`
	Status        string    `json:"status"`
	TargetProject string    `json:"target_project"`
	TargetNetwork string    `json:"target_network"`

	id      string
	network NetworkKey
}

// IsNode marks that a peer has an id.
func (*NetworkPeer) IsNode() {}

// ID is the peer's id.
func (p *NetworkPeer) ID() string { return p.id }

// Tags are the entries of the config key user.tags.
func (p *NetworkPeer) Tags() []string { return p.Config.Tags() }

// NetworkPeers reads the connections of a network to others.
func (c *Client) NetworkPeers(ctx context.Context, as Scope, network NetworkKey) ([]*NetworkPeer, error) {
	peers, err := ofNetwork[*NetworkPeer](ctx, c, as, network, "peers")
	for _, peer := range peers {
		peer.id, peer.network = network.child(c, "NetworkPeer", peer.Name), network
	}
	return peers, err
}
