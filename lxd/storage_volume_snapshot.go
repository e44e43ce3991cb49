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
