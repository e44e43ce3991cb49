package work

import "github.com/lxdql/lxdql/lxd"

// ProfilePayload is what a change of a profile gives.
type ProfilePayload struct {
	// Profile is the profile after the change; nil when there is none (yet).
	Profile *lxd.Profile
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
	// Plan is what a dry run tells; nil when it was none.
	Plan *lxd.ChangePlan
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateProfilePayload = ProfilePayload
	UpdateProfilePayload = ProfilePayload
	RenameProfilePayload = ProfilePayload
	DeleteProfilePayload = DeletePayload
)
