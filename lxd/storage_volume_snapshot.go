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
	// config is the volume's at that time; known only of a snapshot that was read alone.
	config StringMap
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

// NamedSnapshot is a snapshot of which nothing but its name is known.
func (v *StorageVolume) NamedSnapshot(name string) *StorageVolumeSnapshot {
	return &StorageVolumeSnapshot{FullName: name, volume: v}
}

// ListedSnapshots are those that came with a list of volumes; nil where the
// volume did not come from one. Their expiry is not known.
func (v *StorageVolume) ListedSnapshots() []*StorageVolumeSnapshot { return v.listed }

// StorageVolumeSnapshots reads the snapshots of one volume, by name. Of a
// volume of a cluster member each is read: the list of 5.0.2 has those of the
// member that is asked, whoever is meant (seen), but its list of volumes has all.
func (c *Client) StorageVolumeSnapshots(ctx context.Context, as Scope, volume *StorageVolume) ([]*StorageVolumeSnapshot, error) {
	if !as.Allows(volume.Project, false) {
		return nil, hidden("Storage volume")
	}
	var snapshots []*StorageVolumeSnapshot
	var err error
	if volume.Location() == nil {
		snapshots, err = get[[]*StorageVolumeSnapshot](ctx, c, volume.address([]string{"snapshots"}, "recursion", "1"))
	} else {
		snapshots, err = c.snapshotsOfMember(ctx, volume)
	}
	for _, snapshot := range snapshots {
		snapshot.volume = volume
	}
	slices.SortFunc(snapshots, func(a, b *StorageVolumeSnapshot) int { return strings.Compare(a.Name(), b.Name()) })
	return snapshots, err
}

func (c *Client) snapshotsOfMember(ctx context.Context, volume *StorageVolume) ([]*StorageVolumeSnapshot, error) {
	listed := volume.listed
	if listed == nil {
		siblings, err := c.volumesAt(ctx, path("storage-pools", volume.Pool, "volumes", volume.Type.word()), VolumeList{Project: volume.Project}, volume.Pool)
		if err != nil {
			return nil, err
		}
		for _, sibling := range siblings {
			if sibling.ID() == volume.ID() {
				listed = sibling.listed
			}
		}
	}
	return gather(ctx, listed, func(ctx context.Context, snapshot *StorageVolumeSnapshot) ([]*StorageVolumeSnapshot, error) {
		whole, err := get[*StorageVolumeSnapshot](ctx, c, volume.address([]string{"snapshots", snapshot.Name()}))
		if IsNotFound(err) { // deleted meanwhile
			return nil, nil
		}
		return []*StorageVolumeSnapshot{whole}, err
	})
}
