package lxd

import (
	"context"
	"slices"
	"strings"
)

// StorageVolumeSnapshot is a kept state of a volume.
type StorageVolumeSnapshot struct {
	// FullName is "volume/snapshot" in LXD's lists.
	FullName    string `json:"name"`
	Description string `json:"description"`
	CreatedAt   Time   `json:"created_at"`
	ExpiresAt   Time   `json:"expires_at"`

	volume *StorageVolume
}

// IsNode marks that a snapshot has an id.
func (*StorageVolumeSnapshot) IsNode() {}

// Name is the snapshot's own name.
func (s *StorageVolumeSnapshot) Name() string {
	return s.FullName[strings.LastIndexByte(s.FullName, '/')+1:]
}

// ID is the snapshot's id.
func (s *StorageVolumeSnapshot) ID() string {
	return ID{Server: s.volume.server, Kind: "StorageVolumeSnapshot", Project: s.volume.Project, Name: s.volume.Path() + "/" + s.Name()}.String()
}

// Volume is the volume that the snapshot is of.
func (s *StorageVolumeSnapshot) Volume() *StorageVolume { return s.volume }

// ListedSnapshots are those that came with a list of volumes; nil where the
// volume did not come from one. Their expiry is not known.
func (v *StorageVolume) ListedSnapshots() []*StorageVolumeSnapshot { return v.listed }

// StorageVolumeSnapshots reads the snapshots of one volume, by name.
func (c *Client) StorageVolumeSnapshots(ctx context.Context, as Scope, volume *StorageVolume) ([]*StorageVolumeSnapshot, error) {
	if !as.Allows(volume.Project, false) {
		return nil, hidden("Storage volume")
	}
	snapshots, err := get[[]*StorageVolumeSnapshot](ctx, c, in(volume.Project, path("storage-pools", volume.Pool, "volumes", volume.Type.word(), volume.Name, "snapshots"), "recursion", "1"))
	for _, snapshot := range snapshots {
		snapshot.volume = volume
	}
	slices.SortFunc(snapshots, func(a, b *StorageVolumeSnapshot) int { return strings.Compare(a.Name(), b.Name()) })
	return snapshots, err
}

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
	backups, err := get[[]*StorageVolumeBackup](ctx, c, in(volume.Project, path("storage-pools", volume.Pool, "volumes", "custom", volume.Name, "backups"), "recursion", "1"))
	for _, backup := range backups {
		backup.volume = volume
	}
	slices.SortStableFunc(backups, func(a, b *StorageVolumeBackup) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
	return backups, err
}

// StorageVolumeState is how much of a volume's space is used.
type StorageVolumeState struct {
	UsedBytes int64 `json:"used"`
	Total     int64 `json:"total"`
}

// TotalBytes is how much there is; nil where LXD does not tell.
func (s *StorageVolumeState) TotalBytes() *int64 {
	if s.Total <= 0 {
		return nil
	}
	return &s.Total
}

// StorageVolumeState reads how much of a volume is used; nil where the driver
// cannot tell, which LXD says as an error (seen on 5.0.2, pools of type dir).
func (c *Client) StorageVolumeState(ctx context.Context, as Scope, volume *StorageVolume) (*StorageVolumeState, error) {
	if !as.Allows(volume.Project, false) {
		return nil, hidden("Storage volume")
	}
	state, err := get[struct{ Usage *StorageVolumeState }](ctx, c, in(volume.Project, path("storage-pools", volume.Pool, "volumes", volume.Type.word(), volume.Name, "state")))
	if isMessage(err, "Not supported") {
		return nil, nil
	}
	return state.Usage, err
}
