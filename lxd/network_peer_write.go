package lxd

import (
	"context"
	"net/http"
)

// CreateNetworkPeerInput is a new connection to another network.
type CreateNetworkPeerInput struct {
	Name          string
	Description   *string
	Config        StringMap
	TargetNetwork string
	// TargetProject is the network's own project where it is nil.
	TargetProject *string
}

// UpdateNetworkPeerInput is a change of a peer: what is nil stays as it is.
type UpdateNetworkPeerInput struct {
	Description *string
	Config      StringMapPatch
}

// CreateNetworkPeer begins to make one side of a connection to another network.
func (c *Client) CreateNetworkPeer(ctx context.Context, as Scope, project, network string, input *CreateNetworkPeerInput) (*Operation, error) {
	of, err := c.changeableNetwork(ctx, as, project, network)
	if err == nil {
		err = checkHostName("input.name", input.Name)
	}
	if err == nil && input.TargetNetwork == "" {
		err = &InputError{"input.targetNetwork", "the other network's name is empty"}
	}
	if err == nil {
		err = mayConfigurePart(as, harmlessPart, input.Config)
	}
	if err != nil {
		return nil, err
	}
	if _, err := c.networkPeer(ctx, as, of, input.Name); !IsNotFound(err) {
		if err == nil {
			err = &ExistsError{"a peer " + input.Name + " of " + network + " exists already: choose another name"}
		}
		return nil, err
	}
	body := map[string]any{
		"name": input.Name, "description": value(input.Description), "config": input.Config,
		"target_network": input.TargetNetwork, "target_project": value(input.TargetProject),
	}
	return change(ctx, c, project, http.MethodPost, networkAddress(project, "", network, "peers"), body)
}

func (c *Client) networkPeer(ctx context.Context, as Scope, network *Network, name string) (*NetworkPeer, error) {
	peers, err := c.NetworkPeers(ctx, as, network.Key())
	if err != nil {
		return nil, err
	}
	for _, peer := range peers {
		if peer.Name == name {
			return peer, nil
		}
	}
	return nil, hidden("Network peer")
}

// changeablePeer reads a peer that the caller may change.
func (c *Client) changeablePeer(ctx context.Context, as Scope, project, network, name string) (*NetworkPeer, error) {
	of, err := c.changeableNetwork(ctx, as, project, network)
	if err != nil {
		return nil, err
	}
	return c.networkPeer(ctx, as, of, name)
}

// UpdateNetworkPeer begins to change a peer.
func (c *Client) UpdateNetworkPeer(ctx context.Context, as Scope, project, network, name string, ifMatch *string, input *UpdateNetworkPeerInput) (*Operation, error) {
	if _, err := c.changeablePeer(ctx, as, project, network, name); err != nil {
		return nil, err
	}
	return c.edit(ctx, as, nil, project, networkAddress(project, "", network, "peers", name), ifMatch, func(current object) error {
		was, is, err := current.reconfigure(input.Description, input.Config)
		if err != nil {
			return err
		}
		return mayConfigurePart(as, harmlessPart, changedKeys(was, is))
	})
}

// DeleteNetworkPeer begins to delete this side of a connection, and gives it as
// it was.
func (c *Client) DeleteNetworkPeer(ctx context.Context, as Scope, project, network, name string) (*NetworkPeer, *Operation, error) {
	peer, err := c.changeablePeer(ctx, as, project, network, name)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, project, http.MethodDelete, networkAddress(project, "", network, "peers", name), nil)
	return peer, operation, refusedUse(err)
}

// Actions are what the caller, as an administrator, can do to it now.
func (p *NetworkPeer) Actions(as Scope) []NetworkAction {
	return partActions(as, p.network.Project, true)
}
