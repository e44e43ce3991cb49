package lxd

import (
	"context"
	"slices"
)

// StoragePoolAction is what can be done to a storage pool.
type StoragePoolAction = Action

// The actions.
const (
	PoolUpdate StoragePoolAction = "UPDATE"
	PoolDelete StoragePoolAction = "DELETE"
)

// AvailableActions are what the caller may do to the pool now.
func (p *StoragePool) AvailableActions(as Scope) []StoragePoolAction {
	switch {
	case MayChangePools(as) != nil:
		return []StoragePoolAction{}
	case p.InUse():
		return []StoragePoolAction{PoolUpdate}
	}
	return []StoragePoolAction{PoolUpdate, PoolDelete}
}

// StoragePoolETag reads what LXD calls the present content of a pool; nil
// where its release has none for pools (5.0.2).
func (c *Client) StoragePoolETag(ctx context.Context, pool *StoragePool) (*string, error) {
	return etag(ctx, c, path("storage-pools", pool.Name))
}

// StorageVolumeAction is what can be done to a volume.
type StorageVolumeAction = Action

// The actions.
const (
	VolumeUpdate         StorageVolumeAction = "UPDATE"
	VolumeResize         StorageVolumeAction = "RESIZE"
	VolumeRename         StorageVolumeAction = "RENAME"
	VolumeCopy           StorageVolumeAction = "COPY"
	VolumeMove           StorageVolumeAction = "MOVE"
	VolumeRestore        StorageVolumeAction = "RESTORE"
	VolumeCreateSnapshot StorageVolumeAction = "CREATE_SNAPSHOT"
	VolumeCreateBackup   StorageVolumeAction = "CREATE_BACKUP"
	VolumeDelete         StorageVolumeAction = "DELETE"
)

// StorageVolumeActions are what the caller may do to a volume now. Instances
// that use it are looked for only where there are some; where they cannot be
// read, it counts as in use.
func (c *Client) StorageVolumeActions(ctx context.Context, as Scope, volume *StorageVolume) ([]StorageVolumeAction, error) {
	if volume.Type != VolumeCustom || !as.Allows(volume.Project, true) {
		return []StorageVolumeAction{}, nil
	}
	actions := []StorageVolumeAction{VolumeUpdate, VolumeResize, VolumeCopy, VolumeCreateSnapshot, VolumeCreateBackup}
	if c.idle(ctx, as, volume) != nil {
		return actions, nil
	}
	actions = append(actions, VolumeRename, VolumeMove, VolumeRestore)
	if len(volume.Users) == 0 {
		actions = append(actions, VolumeDelete)
	}
	return actions, nil
}

// StorageVolumeSnapshotActions are what the caller may do to a snapshot now: a
// volume that an instance uses does not go back to it before that is stopped.
func (c *Client) StorageVolumeSnapshotActions(ctx context.Context, as Scope, snapshot *StorageVolumeSnapshot) []StorageVolumeAction {
	actions := snapshot.ActionsFor(as)
	if len(actions) > 0 && len(snapshot.volume.Users) > 0 && c.idle(ctx, as, snapshot.volume) != nil {
		return slices.DeleteFunc(actions, func(action Action) bool { return action == VolumeRestore })
	}
	return actions
}

// StorageVolumeETag reads what LXD calls the present content of a volume.
func (c *Client) StorageVolumeETag(ctx context.Context, as Scope, volume *StorageVolume) (*string, error) {
	if !as.Allows(volume.Project, false) {
		return nil, hidden("Storage volume")
	}
	return etag(ctx, c, volume.address(nil))
}

// StorageVolumeSnapshotETag reads what LXD calls the present content of a snapshot.
func (c *Client) StorageVolumeSnapshotETag(ctx context.Context, as Scope, snapshot *StorageVolumeSnapshot) (*string, error) {
	if !as.Allows(snapshot.volume.Project, false) {
		return nil, hidden("Storage volume snapshot")
	}
	return etag(ctx, c, snapshot.address())
}

// StorageBucketAction is what can be done to a bucket.
type StorageBucketAction = Action

// The actions.
const (
	BucketUpdate    StorageBucketAction = "UPDATE"
	BucketCreateKey StorageBucketAction = "CREATE_KEY"
	BucketDelete    StorageBucketAction = "DELETE"
)

// AvailableActions are what the caller may do to the bucket now.
func (b *StorageBucket) AvailableActions(as Scope) []StorageBucketAction {
	if !as.Allows(b.Project, true) {
		return []StorageBucketAction{}
	}
	return []StorageBucketAction{BucketUpdate, BucketCreateKey, BucketDelete}
}

// StorageBucketETag reads what LXD calls the present content of a bucket.
func (c *Client) StorageBucketETag(ctx context.Context, as Scope, bucket *StorageBucket) (*string, error) {
	if !as.Allows(bucket.Project, false) {
		return nil, hidden("Storage bucket")
	}
	return etag(ctx, c, bucket.address())
}
