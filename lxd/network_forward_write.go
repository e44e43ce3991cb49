package lxd

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// CreateNetworkForwardInput is a new forward.
type CreateNetworkForwardInput struct {
	ListenAddress string
	Description   *string
	Config        StringMap
	Ports         []*NetworkForwardPortInput
}

// UpdateNetworkForwardInput is a change of a forward: what is nil stays as it is.
type UpdateNetworkForwardInput struct {
	Description *string
	Config      StringMapPatch
	// Ports replace those that it has.
	Ports []*NetworkForwardPortInput
}

// NetworkForwardPortInput is a port to listen on.
type NetworkForwardPortInput struct {
	Description   *string
	Protocol      NetworkProtocol
	ListenPort    string
	TargetPort    *string
	TargetAddress string
}

// NetworkProtocol is what a port belongs to: TCP or UDP.
type NetworkProtocol string

func (p NetworkProtocol) word() string { return strings.ToLower(string(p)) }

func forwardPorts(inputs []*NetworkForwardPortInput) ([]*NetworkForwardPort, error) {
	ports := make([]*NetworkForwardPort, len(inputs))
	for n, input := range inputs {
		at := fmt.Sprintf("input.ports.%d.", n)
		target, err := plainAddress(at+"targetAddress", input.TargetAddress)
		if err == nil {
			err = checkPorts(at+"listenPort", input.ListenPort)
		}
		if err == nil && value(input.TargetPort) != "" {
			err = checkPorts(at+"targetPort", *input.TargetPort)
		}
		if err != nil {
			return nil, err
		}
		ports[n] = &NetworkForwardPort{value(input.Description), input.Protocol.word(), input.ListenPort, value(input.TargetPort), target}
	}
	return ports, nil
}

// refusedForward gives types to what LXD says of a forward.
func refusedForward(err error) error {
	return refusedInput(err, "input", "port specification", "arget address", "listen address", "nvalid option")
}

// CreateNetworkForward begins to make a forward; member is the cluster member
// whose address is listened on, "" outside a cluster. It gives the address as
// LXD writes it.
func (c *Client) CreateNetworkForward(ctx context.Context, as Scope, project, network, member string, input *CreateNetworkForwardInput) (string, *Operation, error) {
	of, err := c.changeableNetwork(ctx, as, project, network)
	if err == nil {
		err = mayForward(as, of.Key())
	}
	if err == nil {
		err = of.has(member)
	}
	if err == nil {
		err = mayConfigurePart(as, harmlessPart, input.Config)
	}
	if err != nil {
		return "", nil, err
	}
	listen, err := plainAddress("input.listenAddress", input.ListenAddress)
	if err != nil {
		return "", nil, err
	}
	ports, err := forwardPorts(input.Ports)
	if err != nil {
		return "", nil, err
	}
	if _, err := c.networkForward(ctx, as, of, member, listen); !IsNotFound(err) {
		if err == nil {
			err = &ExistsError{"a forward of " + listen + " exists already: change that one"}
		}
		return "", nil, err
	}
	body := &NetworkForward{ListenAddress: listen, Description: value(input.Description), Config: input.Config, Ports: ports}
	operation, err := change(ctx, c, project, http.MethodPost, networkAddress(project, member, network, "forwards"), body)
	return listen, operation, refusedForward(err)
}

// networkForward finds a forward; member is "" for that of any.
func (c *Client) networkForward(ctx context.Context, as Scope, network *Network, member, listen string) (*NetworkForward, error) {
	forwards, err := c.NetworkForwards(ctx, as, network.Key())
	if err != nil {
		return nil, err
	}
	for _, forward := range forwards {
		if forward.ListenAddress == listen && (member == "" || forward.Member == member) {
			return forward, nil
		}
	}
	return nil, hidden("Network forward")
}

// changeableForward reads a forward that the caller may change.
func (c *Client) changeableForward(ctx context.Context, as Scope, project, network, member, listen string) (*NetworkForward, error) {
	of, err := c.changeableNetwork(ctx, as, project, network)
	if err != nil {
		return nil, err
	}
	if err := of.has(member); err != nil {
		return nil, err
	}
	listen, err = plainAddress("listenAddress", listen)
	if err != nil {
		return nil, err
	}
	forward, err := c.networkForward(ctx, as, of, member, listen)
	if err != nil {
		return nil, err
	}
	return forward, mayForward(as, of.Key())
}

// UpdateNetworkForward begins to change a forward.
func (c *Client) UpdateNetworkForward(ctx context.Context, as Scope, project, network, member, listen string, ifMatch *string, input *UpdateNetworkForwardInput) (*Operation, error) {
	forward, err := c.changeableForward(ctx, as, project, network, member, listen)
	if err != nil {
		return nil, err
	}
	ports, err := forwardPorts(input.Ports)
	if err != nil {
		return nil, err
	}
	address := networkAddress(project, member, network, "forwards", forward.ListenAddress)
	operation, err := c.edit(ctx, as, nil, project, address, ifMatch, func(current object) error {
		was, is, err := current.reconfigure(input.Description, input.Config)
		if err == nil && input.Ports != nil {
			err = current.write("ports", ports)
		}
		if err != nil {
			return err
		}
		return mayConfigurePart(as, harmlessPart, changedKeys(was, is))
	})
	return operation, refusedForward(err)
}

// DeleteNetworkForward begins to delete a forward, and gives it as it was.
func (c *Client) DeleteNetworkForward(ctx context.Context, as Scope, project, network, member, listen string) (*NetworkForward, *Operation, error) {
	forward, err := c.changeableForward(ctx, as, project, network, member, listen)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, project, http.MethodDelete, networkAddress(project, member, network, "forwards", forward.ListenAddress), nil)
	return forward, operation, err
}

// Actions are what the caller, as an administrator, can do to it now.
func (f *NetworkForward) Actions(as Scope) []NetworkAction {
	return partActions(as, f.network.Project, mayForward(as, f.network) == nil)
}

// partActions are what can be done to a part of a network or zone.
func partActions(as Scope, project string, may bool) []NetworkAction {
	if !may || !as.Allows(project, true) {
		return []NetworkAction{}
	}
	return []NetworkAction{NetworkUpdate, NetworkDelete}
}
