package work

import "github.com/lxdql/lxdql/lxd"

// StoragePoolPayload is what a change of a storage pool gives.
type StoragePoolPayload struct {
	// StoragePool is the pool after the change; nil when there is none (yet).
	StoragePool *lxd.StoragePool
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// StorageVolumePayload is what a change of a volume gives.
type StorageVolumePayload struct {
	// StorageVolume is the volume after the change; nil when there is none (yet).
	StorageVolume *lxd.StorageVolume
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
	// Plan is what a dry run tells; nil when it was none.
	Plan *lxd.ChangePlan
}

// StorageVolumeSnapshotPayload is what a change of a volume's snapshot gives.
type StorageVolumeSnapshotPayload struct {
	// Snapshot is the snapshot after the change; nil when there is none (yet).
	Snapshot *lxd.StorageVolumeSnapshot
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// StorageVolumeBackupPayload is what a change of a volume's backup gives.
type StorageVolumeBackupPayload struct {
	// Backup is the backup after the change; nil when there is none (yet).
	Backup *lxd.StorageVolumeBackup
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// StorageBucketPayload is what a change of a bucket gives.
type StorageBucketPayload struct {
	// StorageBucket is the bucket after the change; nil when there is none (yet).
	StorageBucket *lxd.StorageBucket
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// StorageBucketKeyPayload is what a change of a bucket's access key gives.
type StorageBucketKeyPayload struct {
	// Key is the access key after the change; nil when there is none (yet).
	Key *lxd.StorageBucketKey
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateStoragePoolPayload           = StoragePoolPayload
	UpdateStoragePoolPayload           = StoragePoolPayload
	DeleteStoragePoolPayload           = DeletePayload
	CreateStorageVolumePayload         = StorageVolumePayload
	UpdateStorageVolumePayload         = StorageVolumePayload
	ResizeStorageVolumePayload         = StorageVolumePayload
	RenameStorageVolumePayload         = StorageVolumePayload
	CopyStorageVolumePayload           = StorageVolumePayload
	MoveStorageVolumePayload           = StorageVolumePayload
	RestoreStorageVolumePayload        = StorageVolumePayload
	DeleteStorageVolumePayload         = DeletePayload
	CreateStorageVolumeSnapshotPayload = StorageVolumeSnapshotPayload
	UpdateStorageVolumeSnapshotPayload = StorageVolumeSnapshotPayload
	RenameStorageVolumeSnapshotPayload = StorageVolumeSnapshotPayload
	DeleteStorageVolumeSnapshotPayload = DeletePayload
	CreateStorageVolumeBackupPayload   = StorageVolumeBackupPayload
	RenameStorageVolumeBackupPayload   = StorageVolumeBackupPayload
	DeleteStorageVolumeBackupPayload   = DeletePayload
	CreateStorageBucketPayload         = StorageBucketPayload
	UpdateStorageBucketPayload         = StorageBucketPayload
	DeleteStorageBucketPayload         = DeletePayload
	CreateStorageBucketKeyPayload      = StorageBucketKeyPayload
	UpdateStorageBucketKeyPayload      = StorageBucketKeyPayload
	DeleteStorageBucketKeyPayload      = StorageBucketPayload
)
