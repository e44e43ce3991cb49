package work

import "github.com/lxdql/lxdql/lxd"

// IdentityPayload is what a change of an identity gives.
type IdentityPayload struct {
	// Identity is the identity after the change; nil when it could not be read.
	Identity *lxd.Identity
	// Token is shown here and nowhere else; nil without one.
	Token *string
	// TokenExpiresAt is until when the token works; zero for ever.
	TokenExpiresAt lxd.Time
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// AuthGroupPayload is what a change of a group of identities gives.
type AuthGroupPayload struct {
	// Group is the group after the change; nil when there is none (yet).
	Group *lxd.AuthGroup
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// IdentityProviderGroupPayload is what a change of a mapping gives.
type IdentityProviderGroupPayload struct {
	// Group is the group after the change; nil when there is none (yet).
	Group *lxd.IdentityProviderGroup
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateIdentityPayload              = IdentityPayload
	UpdateIdentityPayload              = IdentityPayload
	DeleteIdentityPayload              = DeletePayload
	CreateIdentityTokenPayload         = IdentityPayload
	RevokeIdentityTokenPayload         = IdentityPayload
	CreateAuthGroupPayload             = AuthGroupPayload
	UpdateAuthGroupPayload             = AuthGroupPayload
	RenameAuthGroupPayload             = AuthGroupPayload
	DeleteAuthGroupPayload             = DeletePayload
	CreateIdentityProviderGroupPayload = IdentityProviderGroupPayload
	UpdateIdentityProviderGroupPayload = IdentityProviderGroupPayload
	RenameIdentityProviderGroupPayload = IdentityProviderGroupPayload
	DeleteIdentityProviderGroupPayload = DeletePayload
)
