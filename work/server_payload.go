package work

import "github.com/lxdql/lxdql/lxd"

// CertificatePayload is what a change of whom LXD trusts gives.
type CertificatePayload struct {
	// Certificate is the certificate after the change; nil when there is none (yet).
	Certificate *lxd.Certificate
	// Token is shown here and nowhere else; nil without one.
	Token *string
	// TokenExpiresAt is until when the token works; zero for ever.
	TokenExpiresAt lxd.Time
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// WarningPayload is what a change of a warning gives.
type WarningPayload struct {
	// Warning is the warning after the change; nil when it could not be read.
	Warning *lxd.Warning
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// ServerPayload is what a change of LXD's configuration gives.
type ServerPayload struct {
	// Server is LXD after the change; nil when it could not be read.
	Server *lxd.Server
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// PlacementGroupPayload is what a change of a placement group gives.
type PlacementGroupPayload struct {
	// PlacementGroup is the group after the change; nil when there is none (yet).
	PlacementGroup *lxd.PlacementGroup
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateCertificatePayload    = CertificatePayload
	UpdateCertificatePayload    = CertificatePayload
	DeleteCertificatePayload    = DeletePayload
	UpdateWarningPayload        = WarningPayload
	DeleteWarningPayload        = DeletePayload
	UpdateServerConfigPayload   = ServerPayload
	CreatePlacementGroupPayload = PlacementGroupPayload
	UpdatePlacementGroupPayload = PlacementGroupPayload
	RenamePlacementGroupPayload = PlacementGroupPayload
	DeletePlacementGroupPayload = DeletePayload
)
