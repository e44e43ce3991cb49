package lxd

import (
	"context"
	"net/http"
	"slices"
)

// CreateStorageVolumeBackupInput is a new backup of a volume.
type CreateStorageVolumeBackupInput struct {
	Name             string
	ExpiresAt        *Time
	VolumeOnly       *bool
	OptimizedStorage *bool
	// Compression is nil for the server's own choice.
	Compression *Compression
}

// StorageVolumeBackup reads one backup of a volume.
func (c *Client) StorageVolumeBackup(ctx context.Context, as Scope, volume *StorageVolume, name string) (*StorageVolumeBackup, error) {
	backups, err := c.StorageVolumeBackups(ctx, as, volume)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(backups, func(b *StorageVolumeBackup) bool { return b.Name == name })
	if at < 0 {
		return nil, hidden("Storage volume backup")
	}
	return backups[at], nil
}

// CreateStorageVolumeBackup begins to write a backup, which LXD keeps. It looks
// first: LXD of 5.0.2 accepts a name that is taken and lets the operation fail.
func (c *Client) CreateStorageVolumeBackup(ctx context.Context, as Scope, volume *StorageVolume, input *CreateStorageVolumeBackupInput) (*Operation, error) {
	if err := enter(as, volume.Project, true); err != nil {
		return nil, err
	}
	if err := future("input.expiresAt", input.ExpiresAt); err != nil {
		return nil, err
	}
	if value(input.Compression) == CompressionSquashfs {
		return nil, &InputError{"input.compression", "SQUASHFS is for images only"}
	}
	if err := c.freeVolumeBackupName(ctx, as, volume, "input.name", input.Name); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name, "volume_only": value(input.VolumeOnly), "optimized_storage": value(input.OptimizedStorage), "compression_algorithm": input.Compression.Algorithm()}
	if input.ExpiresAt != nil {
		body["expires_at"] = input.ExpiresAt.Time
	}
	operation, err := change(ctx, c, volume.Project, http.MethodPost, volume.address([]string{"backups"}), body)
	return operation, told(err, []telling{{"executable file not found", asInput("input.compression")}})
}

func (c *Client) freeVolumeBackupName(ctx context.Context, as Scope, volume *StorageVolume, argument, name string) error {
	if err := checkVolumeBackupName(argument, name); err != nil {
		return err
	}
	switch _, err := c.StorageVolumeBackup(ctx, as, volume, name); {
	case err == nil:
		return &ExistsError{"a backup " + name + " of " + volume.Name + " exists already: choose another name"}
	case !IsNotFound(err):
		return err
	}
	return nil
}

// RenameStorageVolumeBackup begins to rename a backup.
func (c *Client) RenameStorageVolumeBackup(ctx context.Context, as Scope, backup *StorageVolumeBackup, newName string) (*Operation, error) {
	if err := enter(as, backup.volume.Project, true); err != nil {
		return nil, err
	}
	if err := c.freeVolumeBackupName(ctx, as, backup.volume, "newName", newName); err != nil {
		return nil, err
	}
	return change(ctx, c, backup.volume.Project, http.MethodPost, backup.volume.address([]string{"backups", backup.Name}), map[string]any{"name": newName})
}

// DeleteStorageVolumeBackup begins to delete a backup.
func (c *Client) DeleteStorageVolumeBackup(ctx context.Context, as Scope, backup *StorageVolumeBackup) (*Operation, error) {
	if err := enter(as, backup.volume.Project, true); err != nil {
		return nil, err
	}
	return change(ctx, c, backup.volume.Project, http.MethodDelete, backup.volume.address([]string{"backups", backup.Name}), nil)
}
