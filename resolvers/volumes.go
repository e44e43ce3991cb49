package resolvers

import (
	"context"
	"slices"

	"github.com/graph-gophers/dataloader/v7"
	"github.com/lxdql/lxdql/lxd"
)

// storageVolumes lists volumes. LXD answers an empty list for a project that
// does not exist.
func (r *Resolver) storageVolumes(ctx context.Context, list lxd.VolumeList) ([]*lxd.StorageVolume, error) {
	if !list.AllProjects {
		if _, err := owner(ctx, &list.Project, lxd.FeatureStorageVolumes); err != nil {
			return nil, err
		}
	}
	return load(ctx).from.StorageVolumes(ctx, scope(ctx), list)
}

func (r *Resolver) storageVolume(ctx context.Context, project *string, pool string, kind *lxd.StorageVolumeType, name, member string) (*lxd.StorageVolume, error) {
	wanted := lxd.VolumeCustom
	if kind != nil {
		wanted = *kind
	}
	in := value(project)
	if wanted == lxd.VolumeCustom {
		owner, err := owner(ctx, project, lxd.FeatureStorageVolumes)
		if err != nil {
			return nil, err
		}
		in = owner
	}
	if in == "" {
		in = "default"
	}
	return load(ctx).from.StorageVolume(ctx, scope(ctx), in, pool, wanted, name, member)
}

// ofDevice are the fields of a volume that a device tells.
var ofDevice = map[string]bool{"id": true, "name": true, "type": true, "pool": true, "project": true, "instance": true, "__typename": true}

// volumeOfDisk is what the device says of the volume, and is read only where
// more than that is selected.
func (r *Resolver) volumeOfDisk(ctx context.Context, disk *lxd.DiskDevice) (*lxd.StorageVolume, error) {
	if disk == nil || disk.PoolName() == "" {
		return nil, nil
	}
	customs, err := effective(ctx, disk.Owner().Project, lxd.FeatureStorageVolumes)
	if err != nil {
		return nil, err
	}
	volume := disk.VolumeOf(r.LXD, customs)
	if volume == nil || !scope(ctx).Allows(volume.Project, false) {
		return nil, nil
	}
	// Where each cluster member has volumes of its own, the id tells whose: a
	// device does not know whether its pool is of that kind.
	instance := disk.Owner().Instance
	if instance != nil && volume.Type == lxd.VolumeCustom && instance.Location() != nil {
		volume.Member = *instance.Location()
	}
	for _, name := range selected(ctx, "") {
		if !ofDevice[name] || (name == "id" && volume.Member != "") {
			return load(ctx).volume.Load(ctx, key{volume.Project, volume.Path()})()
		}
	}
	return volume, nil
}

// volumeBatch reads a few volumes one by one, and those that are in memory; many
// others from the list of all.
func (r *Resolver) volumeBatch(ctx context.Context, keys []key) []*dataloader.Result[*lxd.StorageVolume] {
	held := load(ctx).from.HoldsVolume
	if len(keys) <= few || !slices.ContainsFunc(keys, func(k key) bool { return !held(k.project, k.name) }) {
		return oneByOne(func(ctx context.Context, k key) (*lxd.StorageVolume, error) {
			return load(ctx).from.VolumeOf(ctx, scope(ctx), k.project, k.name)
		})(ctx, keys)
	}
	volumes, err := load(ctx).allVolumes(ctx)
	found := make(map[key]*lxd.StorageVolume, len(volumes))
	for _, volume := range volumes {
		found[key{volume.Project, volume.Path()}] = volume
	}
	results := make([]*dataloader.Result[*lxd.StorageVolume], len(keys))
	for n, k := range keys {
		if found[k] == nil { // on a pool that all members share
			k.name = lxd.WithoutMember(k.name)
		}
		results[n] = &dataloader.Result[*lxd.StorageVolume]{Data: found[k], Error: err}
	}
	return results
}

// ofList are the fields of a volume's snapshot that a list of volumes tells.
var ofList = map[string]bool{"id": true, "name": true, "description": true, "volume": true, "__typename": true}

func snapshotsOfVolume(ctx context.Context, volume *lxd.StorageVolume) ([]*lxd.StorageVolumeSnapshot, error) {
	listed := volume.ListedSnapshots()
	for _, name := range selected(ctx, "") {
		if listed == nil || !ofList[name] {
			return load(ctx).volumeSnapshots.Load(ctx, volume)()
		}
	}
	return listed, nil
}
