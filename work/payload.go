package work

import "github.com/lxdql/lxdql/lxd"

// InstancePayload is what a change of an instance gives.
type InstancePayload struct {
	// Instance is the instance after the change; nil when there is none (yet, or any more).
	Instance *lxd.Instance
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
	// Plan is what a dry run tells; nil when it was none.
	Plan *lxd.ChangePlan
}

// With is the payload with what a dry run told; a nil one stays nil.
func (p *InstancePayload) With(plan *lxd.ChangePlan) *InstancePayload {
	if p != nil {
		p.Plan = plan
	}
	return p
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateInstancePayload          = InstancePayload
	StartInstancePayload           = InstancePayload
	StopInstancePayload            = InstancePayload
	RestartInstancePayload         = InstancePayload
	FreezeInstancePayload          = InstancePayload
	UnfreezeInstancePayload        = InstancePayload
	UpdateInstancePayload          = InstancePayload
	RenameInstancePayload          = InstancePayload
	AddTagPayload                  = InstancePayload
	RemoveTagPayload               = InstancePayload
	AttachVolumePayload            = InstancePayload
	DetachVolumePayload            = InstancePayload
	AttachNicPayload               = InstancePayload
	DetachNicPayload               = InstancePayload
	ScaleInstanceCpuPayload        = InstancePayload
	ScaleInstanceMemoryPayload     = InstancePayload
	GrowInstanceDiskPayload        = InstancePayload
	SetScalingBoundsPayload        = InstancePayload
	RestoreInstancePayload         = InstancePayload
	CopyInstancePayload            = InstancePayload
	MigrateInstancePayload         = InstancePayload
	RebuildInstancePayload         = InstancePayload
	SetInstanceStatePayload        = InstancePayload
	UpdateInstanceMetadataPayload  = InstancePayload
	SetInstanceTemplatePayload     = InstancePayload
	DeleteInstanceTemplatePayload  = InstancePayload
	DeleteInstanceLogPayload       = InstancePayload
	ClearInstanceConsoleLogPayload = InstancePayload
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

// InstanceBackupPayload is what a change of a backup gives.
type InstanceBackupPayload struct {
	// Backup is the backup after the change; nil when there is none (yet).
	Backup *lxd.InstanceBackup
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateInstanceBackupPayload = InstanceBackupPayload
	RenameInstanceBackupPayload = InstanceBackupPayload
)

// DeletePayload is what deleting anything gives.
type DeletePayload struct {
	// DeletedID is the id that it had; nil after a dry run.
	DeletedID *string
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
	// Plan is what a dry run tells; nil when it was none.
	Plan *lxd.ChangePlan
}

// GraphQL gives each mutation a payload type of its own.
type (
	DeleteInstancePayload         = DeletePayload
	DeleteInstanceSnapshotPayload = DeletePayload
	DeleteInstanceBackupPayload   = DeletePayload
)

// BulkInstancesPayload is what a bulk gives.
type BulkInstancesPayload struct {
	// Operation is the bulk.
	Operation *lxd.Operation
	// Items are its instances with their outcomes so far.
	Items []*lxd.BulkItem
}

// CancelOperationPayload is what cancelling an operation gives.
type CancelOperationPayload struct {
	// Operation is the operation as it is now; nil when LXD has forgotten it.
	Operation *lxd.Operation
}
