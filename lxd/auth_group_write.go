package lxd

import (
	"context"
	"net/http"
	"strings"
)

// CreateAuthGroupInput is a new group of identities.
type CreateAuthGroupInput struct {
	Name        string
	Description *string
	Permissions []*PermissionInput
}

// UpdateAuthGroupInput is a change of a group: what is nil stays.
type UpdateAuthGroupInput struct {
	Description *string
	// Permissions replace those that it has.
	Permissions []*PermissionInput
}

// PermissionInput is what a group is allowed.
type PermissionInput struct {
	EntityType  string `json:"entity_type"`
	URL         string `json:"url"`
	Entitlement string `json:"entitlement"`
}

// accessName is LXD's rule for groups of identities.
func accessName(argument, name string) error {
	if name == "" || len(name) > 255 || strings.ContainsAny(name, "/:") {
		return &InputError{argument, "the name has 1 to 255 characters, without slash and colon"}
	}
	return nil
}

// IsNode marks that a group has an id.
func (*AuthGroup) IsNode() {}

// ID is the group's id.
func (g *AuthGroup) ID() string {
	return ID{Server: g.server, Kind: "AuthGroup", Name: g.Name}.String()
}

func (g *AuthGroup) address() string { return path("auth", "groups", g.Name) }

// OneAuthGroup reads one group of identities.
func (c *Client) OneAuthGroup(ctx context.Context, as Scope, name string) (*AuthGroup, error) {
	groups, err := c.AuthGroups(ctx, as)
	for _, group := range groups {
		if group.Name == name {
			return group, nil
		}
	}
	if err == nil {
		err = hidden("Group")
	}
	return nil, err
}

// CreateAuthGroup makes a group of identities.
func (c *Client) CreateAuthGroup(ctx context.Context, as Scope, input *CreateAuthGroupInput) (*Operation, error) {
	if err := c.freeAuthGroup(ctx, as, "input.name", input.Name); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name, "description": value(input.Description), "permissions": append([]*PermissionInput{}, input.Permissions...)}
	operation, err := change(ctx, c, "", http.MethodPost, path("auth", "groups"), body)
	return operation, nameTaken(err, authGroupExists(input.Name))
}

// UpdateAuthGroup changes a group of identities.
func (c *Client) UpdateAuthGroup(ctx context.Context, as Scope, name string, input *UpdateAuthGroupInput, ifMatch *string) (*Operation, error) {
	group, err := c.OneAuthGroup(ctx, as, name)
	if err != nil {
		return nil, err
	}
	return c.edit(ctx, as, nil, "", group.address(), ifMatch, func(current object) error {
		if err := setGiven(current, "description", input.Description); err != nil {
			return err
		}
		return setList(current, "permissions", input.Permissions)
	})
}

// RenameAuthGroup renames a group of identities.
func (c *Client) RenameAuthGroup(ctx context.Context, as Scope, name, newName string) (*Operation, error) {
	group, err := c.OneAuthGroup(ctx, as, name)
	if err != nil {
		return nil, err
	}
	if err := c.freeAuthGroup(ctx, as, "newName", newName); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, "", http.MethodPost, group.address(), map[string]any{"name": newName})
	return operation, nameTaken(err, authGroupExists(newName))
}

// DeleteAuthGroup deletes a group of identities: they lose what it allowed.
func (c *Client) DeleteAuthGroup(ctx context.Context, as Scope, name string) (*AuthGroup, *Operation, error) {
	group, err := c.OneAuthGroup(ctx, as, name)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, "", http.MethodDelete, group.address(), nil)
	return group, operation, err
}

func (c *Client) freeAuthGroup(ctx context.Context, as Scope, argument, name string) error {
	if err := c.administerWith(ctx, as, fineGrained); err != nil {
		return err
	}
	if err := accessName(argument, name); err != nil {
		return err
	}
	switch _, err := c.OneAuthGroup(ctx, as, name); {
	case err == nil:
		return &ExistsError{authGroupExists(name)}
	case !IsNotFound(err):
		return err
	}
	return nil
}

func authGroupExists(name string) string {
	return "there is a group " + name + " already: choose another name"
}
