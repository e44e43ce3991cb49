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
	CreateInstancePayload      = InstancePayload
	StartInstancePayload       = InstancePayload
	StopInstancePayload        = InstancePayload
	RestartInstancePayload     = InstancePayload
	FreezeInstancePayload      = InstancePayload
	UnfreezeInstancePayload    = InstancePayload
	UpdateInstancePayload      = InstancePayload
	RenameInstancePayload      = InstancePayload
	AddTagPayload              = InstancePayload
	RemoveTagPayload           = InstancePayload
	AttachVolumePayload        = InstancePayload
	DetachVolumePayload        = InstancePayload
	AttachNicPayload           = InstancePayload
	DetachNicPayload           = InstancePayload
	ScaleInstanceCpuPayload    = InstancePayload
	ScaleInstanceMemoryPayload = InstancePayload
	GrowInstanceDiskPayload    = InstancePayload
	SetScalingBoundsPayload    = InstancePayload
	RestoreInstancePayload     = InstancePayload
)

// InstanceSnapshotPayload is what a change of a snapshot gives.
type InstanceSnapshotPayload struct {
	// Snapshot is the snapshot after the change; nil when there is none (yet).
	Snapshot *lxd.InstanceSnapshot
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateInstanceSnapshotPayload = InstanceSnapshotPayload
	UpdateInstanceSnapshotPayload = InstanceSnapshotPayload
	RenameInstanceSnapshotPayload = InstanceSnapshotPayload
)

// DeleteInstanceSnapshotPayload is what deleting a snapshot gives.
type DeleteInstanceSnapshotPayload = DeleteInstancePayload

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
