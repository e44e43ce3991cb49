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
	return only(r.volumesOfDisks(ctx, []*lxd.DiskDevice{disk}))
}

// volumesOfDisks are those of many devices.
func (r *Resolver) volumesOfDisks(ctx context.Context, disks []*lxd.DiskDevice) ([]*lxd.StorageVolume, []error) {
	owners, errs := ofAll(ctx, load(ctx).project, disks, func(disk *lxd.DiskDevice) string {
		if disk == nil || disk.PoolName() == "" {
			return ""
		}
		return disk.Owner().Project
	})
	more, located := false, false // whether more is selected than devices say, always or with a location
	for _, name := range selected(ctx, "") {
		more, located = more || !ofDevice[name], located || name == "id"
	}
	volumes, keys := make([]*lxd.StorageVolume, len(disks)), make([]key, len(disks))
	for n, disk := range disks {
		if disk == nil || disk.PoolName() == "" || errs != nil && errs[n] != nil {
			continue
		}
		customs := ""
		if owners[n] != nil {
			customs = owners[n].Effective(lxd.FeatureStorageVolumes)
		}
		volume := disk.VolumeOf(r.LXD, customs)
		if volume == nil || !scope(ctx).Allows(volume.Project, false) {
			continue
		}
		// Where each cluster member has volumes of its own, the id tells whose: a
		// device does not know whether its pool is of that kind.
		instance := disk.Owner().Instance
		if instance != nil && volume.Type == lxd.VolumeCustom && instance.Location() != nil {
			volume.Member = *instance.Location()
		}
		if volumes[n] = volume; more || located && volume.Member != "" {
			keys[n] = key{volume.Project, volume.Path()}
		}
	}
	read, failed := ofAll(ctx, load(ctx).volume, keys, func(k key) key { return k })
	for n, k := range keys {
		if k != (key{}) {
			volumes[n] = read[n]
		}
		if failed != nil && failed[n] != nil {
			if errs == nil {
				errs = make([]error, len(disks))
			}
			errs[n] = failed[n]
		}
	}
	return volumes, errs
}

// volumeBatch reads a few volumes one by one, and those that are in memory; many
// others from the list of all. What is gone is none and no error, as in a list:
// how many others are asked for makes no difference.
func (r *Resolver) volumeBatch(ctx context.Context, keys []key) []*dataloader.Result[*lxd.StorageVolume] {
	held := load(ctx).from.HoldsVolume
	if len(keys) <= few || !slices.ContainsFunc(keys, func(k key) bool { return !held(k.project, k.name) }) {
		return oneByOne(func(ctx context.Context, k key) (*lxd.StorageVolume, error) {
			volume, err := load(ctx).from.VolumeOf(ctx, scope(ctx), k.project, k.name)
			if lxd.IsNotFound(err) {
				return nil, nil
			}
			return volume, err
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
