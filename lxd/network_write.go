package lxd

import (
	"context"
	"fmt"
	"net/http"
)

// CreateNetworkInput is a new network.
type CreateNetworkInput struct {
	Name        string
	Project     *string
	Description *string
	// Type is LXD's choice where it is nil: BRIDGE in the project default, else OVN.
	Type   *NetworkType
	Config StringMap
	// Members are what differs between the members of a cluster.
	Members []*NetworkMemberInput
}

// NetworkMemberInput is what differs on one member of a cluster.
type NetworkMemberInput struct {
	Member string
	Config StringMap
}

// kind is the type that LXD gives a network of the project.
func (i *CreateNetworkInput) kind(project string) NetworkType {
	switch {
	case i.Type != nil:
		return *i.Type
	case project == "default":
		return "BRIDGE"
	}
	return "OVN"
}

// CreateNetwork begins to make a network of an effective project. In a cluster
// it is defined on every member first, and on failure taken away again. With a
// plan nothing is made.
func (c *Client) CreateNetwork(ctx context.Context, as Scope, plan *ChangePlan, project string, input *CreateNetworkInput) (*Operation, error) {
	kind := input.kind(project)
	if err := c.mayCreateNetwork(ctx, as, project, kind, input); err != nil {
		return nil, err
	}
	switch found, err := c.Network(ctx, as, project, input.Name); {
	case err == nil && (found.Managed || kind == "BRIDGE"):
		err := &ExistsError{"a network " + input.Name + " exists already in the project " + project + ": choose another name"}
		if err := plan.Block(err); err != nil {
			return nil, err
		}
	case err != nil && !IsNotFound(err):
		return nil, err
	}
	members, shared, err := c.networkMembers(ctx, kind, input)
	if err != nil {
		return nil, err
	}
	if err := c.lookForACLs(ctx, plan, project, nil, shared); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name, "type": networkWord(kind), "description": value(input.Description), "config": shared}
	address := in(project, path("networks"))
	if plan == nil {
		if err := c.defineOnMembers(ctx, project, input.Name, kind, members); err != nil {
			return nil, networkError(err)
		}
	}
	operation, err := c.do(ctx, ofWholeServer{as}, plan, project, http.MethodPost, address, nil, body)
	if len(members) == 0 || plan != nil {
		return operation, networkError(err)
	}
	operation, err = c.madeOnAll(ctx, project, input.Name, operation, err)
	return operation, networkError(err)
}

// networkError gives what LXD says of a caller's fault in a network, of a new
// one with status 500, its type.
func networkError(err error) error {
	config := asInput("input.config")
	return told(err, []telling{
		{"Invalid value for network", config},
		{"Invalid option for network", config},
		{"Parent interface", asInput("input.config.parent")},
		{"Network ACL", config},
	})
}

func (c *Client) mayCreateNetwork(ctx context.Context, as Scope, project string, kind NetworkType, input *CreateNetworkInput) error {
	if err := administrate(as, project, "Project"); err != nil {
		return err
	}
	if networkWord(kind) == "" {
		return &InputError{"input.type", fmt.Sprintf("LXD makes networks of the types BRIDGE, OVN, MACVLAN, SRIOV and PHYSICAL, not %s", kind)}
	}
	if project != "default" && kind != "OVN" {
		return &InputError{"input.type", "a project with networks of its own has only those of type OVN"}
	}
	if err := checkNetworkName("input.name", input.Name, kind); err != nil {
		return err
	}
	if len(input.Members) > 0 && !as.Allows("", true) {
		return ofServerAdmin("input.members", "what a member of the cluster has of its own is its host's")
	}
	if err := mayConfigureNetwork(as, kind, nil, input.Config); err != nil {
		return err
	}
	return c.mayNameZones(ctx, as, project, nil, input.Config)
}

// networkWord is LXD's word for a type that it makes; "" for others.
func networkWord(kind NetworkType) string {
	return map[NetworkType]string{"BRIDGE": "bridge", "OVN": "ovn", "MACVLAN": "macvlan", "SRIOV": "sriov", "PHYSICAL": "physical"}[kind]
}
