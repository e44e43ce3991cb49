package work

import "github.com/lxdql/lxdql/lxd"

// InstancePayload is what a change of an instance gives.
type InstancePayload struct {
	// Instance is the instance after the change; nil when there is none (yet, or any more).
	Instance *lxd.Instance
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateInstancePayload   = InstancePayload
	StartInstancePayload    = InstancePayload
	StopInstancePayload     = InstancePayload
	RestartInstancePayload  = InstancePayload
	FreezeInstancePayload   = InstancePayload
	UnfreezeInstancePayload = InstancePayload
)

// DeleteInstancePayload is what deleting an instance gives.
type DeleteInstancePayload struct {
	// DeletedID is the id that the instance had.
	DeletedID *string
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// CancelOperationPayload is what cancelling an operation gives.
type CancelOperationPayload struct {
	// Operation is the operation as it is now; nil when LXD has forgotten it.
	Operation *lxd.Operation
}
