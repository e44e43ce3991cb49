package lxd

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

func (g *ClusterGroup) address() string { return path("cluster", "groups", g.Name) }

// ClusterGroup reads one group.
func (c *Client) ClusterGroup(ctx context.Context, name string) (*ClusterGroup, error) {
	groups, err := c.ClusterGroups(ctx)
	for _, group := range groups {
		if group.Name == name {
			return group, nil
		}
	}
	if err == nil {
		err = hidden("Cluster group")
	}
	return nil, err
}

// CreateClusterGroupInput is a new group of members.
type CreateClusterGroupInput struct {
	Name        string
	Description *string
	Members     []string
}

// UpdateClusterGroupInput is a change of a group: what is nil stays.
type UpdateClusterGroupInput struct {
	Description *string
	// Members replace those that it has.
	Members []string
}

// groupName is LXD's rule, which LXD of 5.0.2 forgets when it renames (seen).
func groupName(argument, name string) error {
	if name == "" || len(name) > 63 || name == "." || name == ".." || name == "*" || strings.ContainsAny(name, "/ _'\"\t\n") {
		return &InputError{argument, "a group's name has 1 to 63 characters, without slash, space, underscore and quotes"}
	}
	return nil
}

// CreateClusterGroup makes a group of members.
func (c *Client) CreateClusterGroup(ctx context.Context, as Scope, input *CreateClusterGroupInput) (*Operation, error) {
	if _, err := c.inCluster(ctx, as); err != nil {
		return nil, err
	}
	if err := c.freeGroupName(ctx, "input.name", input.Name); err != nil {
		return nil, err
	}
	if err := c.existingMembers(ctx, input.Members); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name, "description": value(input.Description), "members": append([]string{}, input.Members...)}
	operation, err := change(ctx, c, "", http.MethodPost, path("cluster", "groups"), body)
	return operation, nameTaken(err, groupExists(input.Name))
}

// UpdateClusterGroup changes a group.
func (c *Client) UpdateClusterGroup(ctx context.Context, as Scope, name string, input *UpdateClusterGroupInput, ifMatch *string) (*Operation, error) {
	group, err := c.changeableGroup(ctx, as, name)
	if err != nil {
		return nil, err
	}
	if err := c.existingMembers(ctx, input.Members); err != nil {
		return nil, err
	}
	return c.edit(ctx, as, nil, "", group.address(), ifMatch, func(current object) error {
		if err := c.keepsGroups(ctx, group, input.Members); err != nil {
			return err
		}
		if err := setGiven(current, "description", input.Description); err != nil {
			return err
		}
		return setList(current, "members", input.Members)
	})
}

// keepsGroups is an error when a member would be in no group at all: LXD of
// 5.0.2 then does not find the member any more, and cannot put it into one
// again (seen).
func (c *Client) keepsGroups(ctx context.Context, group *ClusterGroup, members []string) error {
	if members == nil {
		return nil
	}
	groups, err := c.ClusterGroups(ctx)
	if err != nil {
		return err
	}
	var before []string
	elsewhere := map[string]bool{}
	for _, other := range groups {
		if other.Name == group.Name {
			before = other.MemberNames
			continue
		}
		for _, member := range other.MemberNames {
			elsewhere[member] = true
		}
	}
	for _, member := range before {
		if !slices.Contains(members, member) && !elsewhere[member] {
			return conflict("a member is in at least one group, and %s is in no other: put it into another one first", member)
		}
	}
	return nil
}

// RenameClusterGroup renames a group.
func (c *Client) RenameClusterGroup(ctx context.Context, as Scope, name, newName string) (*Operation, error) {
	group, err := c.changeableGroup(ctx, as, name)
	if err != nil {
		return nil, err
	}
	if name == "default" {
		return nil, conflict("the group default keeps its name")
	}
	if err := c.freeGroupName(ctx, "newName", newName); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, "", http.MethodPost, group.address(), map[string]any{"name": newName})
	return operation, nameTaken(err, groupExists(newName))
}

// DeleteClusterGroup deletes a group that has no members.
func (c *Client) DeleteClusterGroup(ctx context.Context, as Scope, name string) (*ClusterGroup, *Operation, error) {
	group, err := c.changeableGroup(ctx, as, name)
	switch {
	case err != nil:
		return nil, nil, err
	case name == "default":
		return nil, nil, conflict("the group default stays: LXD puts new members into it")
	case len(group.MemberNames) > 0:
		return nil, nil, &InUseError{"the group " + name + " has members, " + some(group.MemberNames) + ": take them out with updateClusterGroup first"}
	}
	operation, err := change(ctx, c, "", http.MethodDelete, group.address(), nil)
	return group, operation, err
}

func (c *Client) changeableGroup(ctx context.Context, as Scope, name string) (*ClusterGroup, error) {
	if err := administer(as); err != nil {
		return nil, err
	}
	return c.ClusterGroup(ctx, name)
}

func groupExists(name string) string {
	return "the cluster has a group " + name + " already: choose another name"
}

func (c *Client) freeGroupName(ctx context.Context, argument, name string) error {
	if err := groupName(argument, name); err != nil {
		return err
	}
	switch _, err := c.ClusterGroup(ctx, name); {
	case err == nil:
		return &ExistsError{groupExists(name)}
	case !IsNotFound(err):
		return err
	}
	return nil
}

// existingMembers is an error for a member that does not exist.
func (c *Client) existingMembers(ctx context.Context, names []string) error {
	for _, name := range names {
		if _, err := c.ClusterMember(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
