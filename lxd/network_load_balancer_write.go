package lxd

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// loadBalancers is the extension that brings load balancers.
const loadBalancers = "network_load_balancer"

// CreateNetworkLoadBalancerInput is a new load balancer.
type CreateNetworkLoadBalancerInput struct {
	ListenAddress string
	Description   *string
	Config        StringMap
	Backends      []*NetworkLoadBalancerBackendInput
	Ports         []*NetworkLoadBalancerPortInput
}

// UpdateNetworkLoadBalancerInput is a change of a load balancer: what is nil
// stays as it is.
type UpdateNetworkLoadBalancerInput struct {
	Description *string
	Config      StringMapPatch
	// Backends and Ports replace those that it has.
	Backends []*NetworkLoadBalancerBackendInput
	Ports    []*NetworkLoadBalancerPortInput
}

// NetworkLoadBalancerBackendInput is what connections can go to.
type NetworkLoadBalancerBackendInput struct {
	Name          string
	Description   *string
	TargetPort    *string
	TargetAddress string
}

// NetworkLoadBalancerPortInput is a port to listen on.
type NetworkLoadBalancerPortInput struct {
	Description   *string
	Protocol      NetworkProtocol
	ListenPort    string
	TargetBackend []string
}

func balancerBackends(inputs []*NetworkLoadBalancerBackendInput) ([]*NetworkLoadBalancerBackend, error) {
	backends := make([]*NetworkLoadBalancerBackend, len(inputs))
	for n, input := range inputs {
		at := fmt.Sprintf("input.backends.%d.", n)
		if input.Name == "" || strings.ContainsAny(input.Name, " \t\n") {
			return nil, &InputError{at + "name", "a backend's name is not empty and has no spaces"}
		}
		target, err := plainAddress(at+"targetAddress", input.TargetAddress)
		if err == nil && value(input.TargetPort) != "" {
			err = checkPorts(at+"targetPort", *input.TargetPort)
		}
		if err != nil {
			return nil, err
		}
		backends[n] = &NetworkLoadBalancerBackend{input.Name, value(input.Description), value(input.TargetPort), target}
	}
	return backends, nil
}

func balancerPorts(inputs []*NetworkLoadBalancerPortInput) ([]*NetworkLoadBalancerPort, error) {
	ports := make([]*NetworkLoadBalancerPort, len(inputs))
	for n, input := range inputs {
		at := fmt.Sprintf("input.ports.%d.", n)
		if len(input.TargetBackend) == 0 {
			return nil, &InputError{at + "targetBackend", "a port needs one backend or more"}
		}
		if err := checkPorts(at+"listenPort", input.ListenPort); err != nil {
			return nil, err
		}
		ports[n] = &NetworkLoadBalancerPort{value(input.Description), input.Protocol.word(), input.ListenPort, input.TargetBackend}
	}
	return ports, nil
}

// CreateNetworkLoadBalancer begins to make a load balancer. It gives the
// address as LXD writes it.
func (c *Client) CreateNetworkLoadBalancer(ctx context.Context, as Scope, project, network string, input *CreateNetworkLoadBalancerInput) (string, *Operation, error) {
	of, err := c.balancing(ctx, as, project, network)
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
	backends, err := balancerBackends(input.Backends)
	if err != nil {
		return "", nil, err
	}
	ports, err := balancerPorts(input.Ports)
	if err != nil {
		return "", nil, err
	}
	if _, err := c.networkLoadBalancer(ctx, as, of, listen); !IsNotFound(err) {
		if err == nil {
			err = &ExistsError{"a load balancer of " + listen + " exists already: change that one"}
		}
		return "", nil, err
	}
	body := &NetworkLoadBalancer{ListenAddress: listen, Description: value(input.Description), Config: input.Config, Backends: backends, Ports: ports}
	operation, err := change(ctx, c, project, http.MethodPost, networkAddress(project, "", network, "load-balancers"), body)
	return listen, operation, err
}

// balancing reads a network that the caller may change, where LXD has load
// balancers.
func (c *Client) balancing(ctx context.Context, as Scope, project, network string) (*Network, error) {
	of, err := c.changeableNetwork(ctx, as, project, network)
	if err != nil {
		return nil, err
	}
	return of, c.need(ctx, loadBalancers)
}

func (c *Client) networkLoadBalancer(ctx context.Context, as Scope, network *Network, listen string) (*NetworkLoadBalancer, error) {
	balancers, err := c.NetworkLoadBalancers(ctx, as, network.Key())
	if err != nil {
		return nil, err
	}
	for _, balancer := range balancers {
		if balancer.ListenAddress == listen {
			return balancer, nil
		}
	}
	return nil, hidden("Network load balancer")
}

// changeableBalancer reads a load balancer that the caller may change.
func (c *Client) changeableBalancer(ctx context.Context, as Scope, project, network, listen string) (*NetworkLoadBalancer, error) {
	of, err := c.balancing(ctx, as, project, network)
	if err != nil {
		return nil, err
	}
	listen, err = plainAddress("listenAddress", listen)
	if err != nil {
		return nil, err
	}
	return c.networkLoadBalancer(ctx, as, of, listen)
}

// UpdateNetworkLoadBalancer begins to change a load balancer.
func (c *Client) UpdateNetworkLoadBalancer(ctx context.Context, as Scope, project, network, listen string, ifMatch *string, input *UpdateNetworkLoadBalancerInput) (*Operation, error) {
	balancer, err := c.changeableBalancer(ctx, as, project, network, listen)
	if err != nil {
		return nil, err
	}
	backends, err := balancerBackends(input.Backends)
	if err != nil {
		return nil, err
	}
	ports, err := balancerPorts(input.Ports)
	if err != nil {
		return nil, err
	}
	address := networkAddress(project, "", network, "load-balancers", balancer.ListenAddress)
	return c.edit(ctx, as, nil, project, address, ifMatch, func(current object) error {
		was, is, err := current.reconfigure(input.Description, input.Config)
		if err == nil && input.Backends != nil {
			err = current.write("backends", backends)
		}
		if err == nil && input.Ports != nil {
			err = current.write("ports", ports)
		}
		if err != nil {
			return err
		}
		return mayConfigurePart(as, harmlessPart, changedKeys(was, is))
	})
}

// DeleteNetworkLoadBalancer begins to delete a load balancer, and gives it as it was.
func (c *Client) DeleteNetworkLoadBalancer(ctx context.Context, as Scope, project, network, listen string) (*NetworkLoadBalancer, *Operation, error) {
	balancer, err := c.changeableBalancer(ctx, as, project, network, listen)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, project, http.MethodDelete, networkAddress(project, "", network, "load-balancers", balancer.ListenAddress), nil)
	return balancer, operation, err
}

// Actions are what the caller, as an administrator, can do to it now.
func (b *NetworkLoadBalancer) Actions(as Scope) []NetworkAction {
	return partActions(as, b.network.Project, true)
}
