package lxd

import (
	"context"
	"slices"
)

// StorageVolumeBackup is a backup of a volume, kept by LXD.
type StorageVolumeBackup struct {
	Name             string `json:"name"`
	CreatedAt        Time   `json:"created_at"`
	ExpiresAt        Time   `json:"expires_at"`
	VolumeOnly       bool   `json:"volume_only"`
	OptimizedStorage bool   `json:"optimized_storage"`

	volume *StorageVolume
}

// IsNode marks that a backup has an id.
func (*StorageVolumeBackup) IsNode() {}

// ID is the backup's id.
func (b *StorageVolumeBackup) ID() string {
	return ID{Server: b.volume.server, Kind: "StorageVolumeBackup", Project: b.volume.Project, Name: b.volume.Path() + "/" + b.Name}.String()
}

// Volume is the volume that the backup is of.
func (b *StorageVolumeBackup) Volume() *StorageVolume { return b.volume }

// StorageVolumeBackups reads the backups of one volume, oldest first. LXD
// refuses to look for them where the volume is no custom one: it has none.
func (c *Client) StorageVolumeBackups(ctx context.Context, as Scope, volume *StorageVolume) ([]*StorageVolumeBackup, error) {
	if !as.Allows(volume.Project, false) {
		return nil, hidden("Storage volume")
	}
	if volume.Type != VolumeCustom {
		return []*StorageVolumeBackup{}, nil
	}
	backups, err := get[[]*StorageVolumeBackup](ctx, c, volume.address([]string{"backups"}, "recursion", "1"))
	for _, backup := range backups {
		backup.volume = volume
	}
	slices.SortStableFunc(backups, func(a, b *StorageVolumeBackup) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
	return backups, err
}
