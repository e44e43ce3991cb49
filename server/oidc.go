package server

import (
	"fmt"
	"net/netip"
	"net/url"

	"github.com/lxdql/lxdql/auth"
)

// OIDC is an identity provider whose tokens are accepted beside our own.
type OIDC struct {
	OIDCIssuer        string `name:"oidc-issuer" env:"OIDC_ISSUER" help:"Address of an OpenID Connect provider whose bearer tokens are accepted; empty: none."`
	OIDCClientID      string `name:"oidc-client-id" env:"OIDC_CLIENT_ID" help:"Our client's id at the provider."`
	OIDCAudience      string `name:"oidc-audience" env:"OIDC_AUDIENCE" help:"What has to be among the audiences of a token; empty: the client's id."`
	OIDCUsernameClaim string `name:"oidc-username-claim" env:"OIDC_USERNAME_CLAIM" help:"Claim that names the user; empty: preferred_username, else email, else sub."`
	OIDCRolesClaim    string `name:"oidc-roles-claim" env:"OIDC_ROLES_CLAIM" default:"groups" help:"Claim whose values give roles; a dotted path such as realm_access.roles."`
	OIDCRoles         string `name:"oidc-roles" env:"OIDC_ROLES" help:"What they give: admins=ADMIN,web-team=OPERATOR:web (a role, or one in a project)."`
}

// provider is the configured one; nil for none.
func (o *OIDC) provider() (*auth.Provider, error) {
	if o.OIDCIssuer == "" {
		return nil, nil
	}
	issuer, err := url.Parse(o.OIDCIssuer)
	if err != nil || issuer.Host == "" || (issuer.Scheme != "https" && !(issuer.Scheme == "http" && loopbackHost(issuer.Hostname()))) {
		return nil, fmt.Errorf("OIDC_ISSUER is %q: it has to be the https:// address that stands in the provider's tokens as iss", o.OIDCIssuer)
	}
	audience := o.OIDCAudience
	if audience == "" {
		audience = o.OIDCClientID
	}
	if audience == "" {
		return nil, fmt.Errorf("OIDC_ISSUER needs OIDC_CLIENT_ID or OIDC_AUDIENCE: without one, tokens that the provider made for others would be accepted")
	}
	roles, err := auth.ReadRoles(o.OIDCRoles)
	if err != nil {
		return nil, fmt.Errorf("OIDC_ROLES: %w", err)
	}
	return &auth.Provider{Issuer: o.OIDCIssuer, Audience: audience, UsernameClaim: o.OIDCUsernameClaim, RolesClaim: o.OIDCRolesClaim, Roles: roles}, nil
}

func loopbackHost(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && address.IsLoopback())
}

// letIn lets the provider's users in, where one is configured.
func (o *OIDC) letIn(service *auth.Service) error {
	provider, err := o.provider()
	if err != nil || provider == nil {
		return err
	}
	return service.UseProvider(provider)
}
