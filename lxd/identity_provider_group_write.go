package lxd

import (
	"context"
	"net/http"
)

// CreateIdentityProviderGroupInput maps a group of the identity provider.
type CreateIdentityProviderGroupInput struct {
	Name   string
	Groups []string
}

// UpdateIdentityProviderGroupInput is a change of a mapping: what is nil stays.
type UpdateIdentityProviderGroupInput struct{ Groups []string }

// IsNode marks that a group has an id.
func (*IdentityProviderGroup) IsNode() {}

// ID is the group's id.
func (g *IdentityProviderGroup) ID() string {
	return ID{Server: g.server, Kind: "IdentityProviderGroup", Name: g.Name}.String()
}

func (g *IdentityProviderGroup) address() string {
	return path("auth", "identity-provider-groups", g.Name)
}

// OneIdentityProviderGroup reads one group of the identity provider.
func (c *Client) OneIdentityProviderGroup(ctx context.Context, as Scope, name string) (*IdentityProviderGroup, error) {
	groups, err := c.IdentityProviderGroups(ctx, as)
	for _, group := range groups {
		if group.Name == name {
			return group, nil
		}
	}
	if err == nil {
		err = hidden("Identity provider group")
	}
	return nil, err
}

// CreateIdentityProviderGroup maps a group of the identity provider to groups of LXD.
func (c *Client) CreateIdentityProviderGroup(ctx context.Context, as Scope, input *CreateIdentityProviderGroupInput) (*Operation, error) {
	if err := c.freeProviderGroup(ctx, as, "input.name", input.Name); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name, "groups": append([]string{}, input.Groups...)}
	operation, err := change(ctx, c, "", http.MethodPost, path("auth", "identity-provider-groups"), body)
	return operation, nameTaken(err, providerGroupExists(input.Name))
}

// UpdateIdentityProviderGroup changes what a group of the identity provider is mapped to.
func (c *Client) UpdateIdentityProviderGroup(ctx context.Context, as Scope, name string, input *UpdateIdentityProviderGroupInput, ifMatch *string) (*Operation, error) {
	group, err := c.OneIdentityProviderGroup(ctx, as, name)
	if err != nil {
		return nil, err
	}
	return c.edit(ctx, as, nil, "", group.address(), ifMatch, func(current object) error {
		return setList(current, "groups", input.Groups)
	})
}

// RenameIdentityProviderGroup renames a mapping.
func (c *Client) RenameIdentityProviderGroup(ctx context.Context, as Scope, name, newName string) (*Operation, error) {
	group, err := c.OneIdentityProviderGroup(ctx, as, name)
	if err != nil {
		return nil, err
	}
	if err := c.freeProviderGroup(ctx, as, "newName", newName); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, "", http.MethodPost, group.address(), map[string]any{"name": newName})
	return operation, nameTaken(err, providerGroupExists(newName))
}

// DeleteIdentityProviderGroup ends a mapping.
func (c *Client) DeleteIdentityProviderGroup(ctx context.Context, as Scope, name string) (*IdentityProviderGroup, *Operation, error) {
	group, err := c.OneIdentityProviderGroup(ctx, as, name)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, "", http.MethodDelete, group.address(), nil)
	return group, operation, err
}

func (c *Client) freeProviderGroup(ctx context.Context, as Scope, argument, name string) error {
	if err := c.administerWith(ctx, as, fineGrained); err != nil {
		return err
	}
	if err := accessName(argument, name); err != nil {
		return err
	}
	switch _, err := c.OneIdentityProviderGroup(ctx, as, name); {
	case err == nil:
		return &ExistsError{providerGroupExists(name)}
	case !IsNotFound(err):
		return err
	}
	return nil
}

func providerGroupExists(name string) string {
	return "the group " + name + " of the identity provider is mapped already"
}
