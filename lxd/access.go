package lxd

import (
	"context"
	"net/url"
)

// fineGrained is the extension that brings LXD's own access rules.
const fineGrained = "access_management"

// Identity is somebody whom LXD knows by its fine-grained access rules.
type Identity struct {
	AuthenticationMethod string   `json:"authentication_method"`
	Type                 string   `json:"type"`
	Identifier           string   `json:"id"`
	Name                 string   `json:"name"`
	Groups               []string `json:"groups"`
	TLSCertificate       string   `json:"tls_certificate"`
	ExpiresAt            Time     `json:"expires_at"`

	server string
}

// Permission is what somebody may do to something.
type Permission struct {
	EntityType  string `json:"entity_type"`
	URL         string `json:"url"`
	Entitlement string `json:"entitlement"`
}

// AuthGroup is identities that may do the same.
type AuthGroup struct {
	Name                   string        `json:"name"`
	Description            string        `json:"description"`
	Permissions            []*Permission `json:"permissions"`
	Identities             JSON          `json:"identities"`
	IdentityProviderGroups []string      `json:"identity_provider_groups"`

	server string
}

// IdentityProviderGroup is a group of the identity provider.
type IdentityProviderGroup struct {
	Name   string   `json:"name"`
	Groups []string `json:"groups"`

	server string
}

// access lists what belongs to LXD's own access rules. It is for who may change
// the server, and an *ExtensionError before 5.21.
func access[T any](ctx context.Context, c *Client, as Scope, address string) ([]T, error) {
	if !as.Allows("", true) {
		return nil, &ForbiddenError{}
	}
	if err := c.need(ctx, fineGrained); err != nil {
		return nil, err
	}
	return get[[]T](ctx, c, address)
}

// Identities lists whom LXD knows.
func (c *Client) Identities(ctx context.Context, as Scope) ([]*Identity, error) {
	identities, err := access[*Identity](ctx, c, as, "/1.0/auth/identities?recursion=1")
	for _, identity := range identities {
		identity.server = c.Name()
	}
	return identities, err
}

// AuthGroups lists the groups of identities.
func (c *Client) AuthGroups(ctx context.Context, as Scope) ([]*AuthGroup, error) {
	groups, err := access[*AuthGroup](ctx, c, as, "/1.0/auth/groups?recursion=1")
	for _, group := range groups {
		group.server = c.Name()
	}
	return groups, err
}

// IdentityProviderGroups lists the groups of the identity provider.
func (c *Client) IdentityProviderGroups(ctx context.Context, as Scope) ([]*IdentityProviderGroup, error) {
	groups, err := access[*IdentityProviderGroup](ctx, c, as, "/1.0/auth/identity-provider-groups?recursion=1")
	for _, group := range groups {
		group.server = c.Name()
	}
	return groups, err
}

// Permissions lists everything that a group can be allowed: for things of one
// kind and of one project, or of all where they are "".
func (c *Client) Permissions(ctx context.Context, as Scope, entityType, project string) ([]*Permission, error) {
	query := url.Values{}
	if entityType != "" {
		query.Set("entity-type", entityType)
	}
	if project != "" {
		query.Set("project", project)
	}
	return access[*Permission](ctx, c, as, "/1.0/auth/permissions?"+query.Encode())
}
