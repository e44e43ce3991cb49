package lxd

import (
	"context"
	"net/http"
)

// UpdateNetworkInput is a change of a network: what is nil stays as it is.
type UpdateNetworkInput struct {
	Description *string
	Config      StringMapPatch
}

// changeableNetwork reads a network that the caller may change.
func (c *Client) changeableNetwork(ctx context.Context, as Scope, project, name string) (*Network, error) {
	network, err := c.Network(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := administrate(as, project, "Network"); err != nil {
		return nil, err
	}
	if name == "." || name == ".." {
		return nil, conflict("LXD takes the directories of %s for the network's: it cannot be changed here", name)
	}
	if !network.Managed {
		return nil, conflict("%s is an interface of the host that LXD does not manage: it cannot be changed here", name)
	}
	return network, nil
}

// UpdateNetwork begins to change a network. With a member of a cluster it is
// what that member has of its own. With a plan nothing is changed.
func (c *Client) UpdateNetwork(ctx context.Context, as Scope, plan *ChangePlan, project, name, member string, ifMatch *string, input *UpdateNetworkInput) (*Operation, error) {
	network, err := c.changeableNetwork(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := network.has(member); err != nil {
		return nil, err
	}
	address := networkAddress(project, member, name)
	operation, err := c.edit(ctx, ofWholeServer{as}, plan, project, address, ifMatch, func(current object) error {
		was, is, err := current.reconfigure(input.Description, input.Config)
		if err != nil {
			return err
		}
		if err := mayConfigureNetwork(as, network.Type, was, is); err != nil {
			return err
		}
		if err := c.lookForACLs(ctx, plan, project, was, is); err != nil {
			return err
		}
		return c.mayNameZones(ctx, as, project, was, is)
	})
	return operation, networkError(err)
}

// networkAddress is the address of a network, or of what belongs to it, as a
// member of a cluster has it; "" is as all have it.
func networkAddress(project, member string, names ...string) string {
	address := path(append([]string{"networks"}, names...)...)
	if member != "" {
		return in(project, address, "target", member)
	}
	return in(project, address)
}

// RenameNetwork begins to rename a network that nothing uses.
func (c *Client) RenameNetwork(ctx context.Context, as Scope, project, name, newName string) (*Operation, error) {
	network, err := c.changeableNetwork(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := checkNetworkName("newName", newName, network.Type); err != nil {
		return nil, err
	}
	if len(network.Locations()) > 0 {
		return nil, conflict("LXD does not rename networks of a cluster")
	}
	if err := c.inUse(as, "the network "+name, network.Users); err != nil {
		return nil, err
	}
	switch _, err := c.Network(ctx, as, project, newName); {
	case err == nil:
		return nil, &ExistsError{"a network " + newName + " exists already in the project " + project + ": choose another name"}
	case !IsNotFound(err):
		return nil, err
	}
	operation, err := change(ctx, c, project, http.MethodPost, networkAddress(project, "", name), map[string]string{"name": newName})
	return operation, refusedUse(err)
}

// DeleteNetwork begins to delete a network that nothing uses, with its forwards.
// It gives the network as it was. With a plan nothing is deleted.
func (c *Client) DeleteNetwork(ctx context.Context, as Scope, plan *ChangePlan, project, name string) (*Network, *Operation, error) {
	network, err := c.changeableNetwork(ctx, as, project, name)
	if err != nil {
		return nil, nil, err
	}
	if err := plan.Block(c.inUse(as, "the network "+name, network.Users)); err != nil {
		return nil, nil, err
	}
	before := map[string]any{"name": name, "type": networkWord(network.Type), "description": network.Description, "config": network.Config}
	operation, err := c.do(ctx, ofWholeServer{as}, plan, project, http.MethodDelete, networkAddress(project, "", name), before, nil)
	return network, operation, refusedUse(err)
}

// Actions are what the caller, as an administrator, can do to it now.
func (n *Network) Actions(as Scope) []NetworkAction {
	switch {
	case !n.Managed || !as.Allows(n.Project, true):
		return []NetworkAction{}
	case len(n.Users) > 0:
		return []NetworkAction{NetworkUpdate}
	case len(n.Locations()) > 0:
		return []NetworkAction{NetworkUpdate, NetworkDelete}
	}
	return []NetworkAction{NetworkUpdate, NetworkRename, NetworkDelete}
}
