package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) createVolumeSnapshot(ctx context.Context, of namedVolume, input *lxd.CreateStorageVolumeSnapshotInput, wait *int, key *string) (*work.StorageVolumeSnapshotPayload, error) {
	volume, err := r.volume(ctx, of)
	if err != nil {
		return nil, err
	}
	return r.volumeSnapshotMade(ctx, volume, input.Name, wait, func() (*lxd.Operation, error) {
		return r.once(ctx, key, "createStorageVolumeSnapshot", []any{volume.ID(), input}, func(ctx context.Context) (*lxd.Operation, error) {
			return r.LXD.CreateStorageVolumeSnapshot(ctx, scope(ctx), volume, input)
		})
	})
}

func (r *Resolver) volumeSnapshotMade(ctx context.Context, volume *lxd.StorageVolume, name string, wait *int, change func() (*lxd.Operation, error)) (*work.StorageVolumeSnapshotPayload, error) {
	operation, err := r.storageDone(ctx, wait, change)
	if err != nil {
		return nil, err
	}
	snapshot, err := storageFound(r.LXD.StorageVolumeSnapshot(ctx, scope(ctx), volume, name))
	return &work.StorageVolumeSnapshotPayload{Snapshot: snapshot, Operation: operation}, err
}

func (r *Resolver) volumeSnapshot(ctx context.Context, of namedVolume, name string) (*lxd.StorageVolumeSnapshot, error) {
	volume, err := r.volume(ctx, of)
	if err != nil {
		return nil, err
	}
	return r.LXD.StorageVolumeSnapshot(ctx, scope(ctx), volume, name)
}

// volumeSnapshotChanged changes a snapshot, which then has the name is.
func (r *Resolver) volumeSnapshotChanged(ctx context.Context, of namedVolume, was, is string, wait *int, change func(*lxd.StorageVolumeSnapshot) (*lxd.Operation, error)) (*work.StorageVolumeSnapshotPayload, error) {
	snapshot, err := r.volumeSnapshot(ctx, of, was)
	if err != nil {
		return nil, err
	}
	return r.volumeSnapshotMade(ctx, snapshot.Volume(), is, wait, func() (*lxd.Operation, error) { return change(snapshot) })
}

func (r *Resolver) deleteVolumeSnapshot(ctx context.Context, of namedVolume, name string, wait *int) (*work.DeletePayload, error) {
	snapshot, err := r.volumeSnapshot(ctx, of, name)
	if err != nil {
		return nil, err
	}
	return r.storageGone(ctx, snapshot.ID(), wait, func() (*lxd.Operation, error) {
		return r.LXD.DeleteStorageVolumeSnapshot(ctx, scope(ctx), snapshot)
	})
}

func (r *Resolver) restoreVolume(ctx context.Context, of namedVolume, name string, wait *int) (*work.StorageVolumePayload, error) {
	return r.volumeChanged(ctx, of, wait, func(volume *lxd.StorageVolume) (*lxd.Operation, error) {
		snapshot, err := r.LXD.StorageVolumeSnapshot(ctx, scope(ctx), volume, name)
		if err != nil {
			return nil, err
		}
		return r.LXD.RestoreStorageVolume(ctx, scope(ctx), snapshot)
	})
}

func (r *Resolver) createVolumeBackup(ctx context.Context, of namedVolume, input *lxd.CreateStorageVolumeBackupInput, wait *int, key *string) (*work.StorageVolumeBackupPayload, error) {
	volume, err := r.volume(ctx, of)
	if err != nil {
		return nil, err
	}
	return r.volumeBackupMade(ctx, volume, input.Name, wait, func() (*lxd.Operation, error) {
		return r.once(ctx, key, "createStorageVolumeBackup", []any{volume.ID(), input}, func(ctx context.Context) (*lxd.Operation, error) {
			return r.LXD.CreateStorageVolumeBackup(ctx, scope(ctx), volume, input)
		})
	})
}

func (r *Resolver) volumeBackupMade(ctx context.Context, volume *lxd.StorageVolume, name string, wait *int, change func() (*lxd.Operation, error)) (*work.StorageVolumeBackupPayload, error) {
	operation, err := r.storageDone(ctx, wait, change)
	if err != nil {
		return nil, err
	}
	backup, err := storageFound(r.LXD.StorageVolumeBackup(ctx, scope(ctx), volume, name))
	return &work.StorageVolumeBackupPayload{Backup: backup, Operation: operation}, err
}

func (r *Resolver) volumeBackup(ctx context.Context, of namedVolume, name string) (*lxd.StorageVolumeBackup, error) {
	volume, err := r.volume(ctx, of)
	if err != nil {
		return nil, err
	}
	return r.LXD.StorageVolumeBackup(ctx, scope(ctx), volume, name)
}

func (r *Resolver) renameVolumeBackup(ctx context.Context, of namedVolume, name, newName string, wait *int) (*work.StorageVolumeBackupPayload, error) {
	backup, err := r.volumeBackup(ctx, of, name)
	if err != nil {
		return nil, err
	}
	return r.volumeBackupMade(ctx, backup.Volume(), newName, wait, func() (*lxd.Operation, error) {
		return r.LXD.RenameStorageVolumeBackup(ctx, scope(ctx), backup, newName)
	})
}

func (r *Resolver) deleteVolumeBackup(ctx context.Context, of namedVolume, name string, wait *int) (*work.DeletePayload, error) {
	backup, err := r.volumeBackup(ctx, of, name)
	if err != nil {
		return nil, err
	}
	return r.storageGone(ctx, backup.ID(), wait, func() (*lxd.Operation, error) {
		return r.LXD.DeleteStorageVolumeBackup(ctx, scope(ctx), backup)
	})
}
