package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// storageLoaders adds the loaders of pools, volumes and buckets.
func (r *Resolver) storageLoaders(l *loaders) {
	l.allPools = once(r.LXD.StoragePools)
	l.allVolumes = once(func(ctx context.Context) ([]*lxd.StorageVolume, error) {
		return r.LXD.StorageVolumes(ctx, scope(ctx), lxd.VolumeList{AllProjects: true})
	})
	l.pool = newLoader(fromOne(l.allPools, func(p *lxd.StoragePool) string { return p.Name }))
	l.poolResources = newLoader(oneByOne(r.LXD.StoragePoolResources))
	l.poolVolumes = newLoader(oneByOne(func(ctx context.Context, pool string) ([]*lxd.StorageVolume, error) {
		return r.LXD.StorageVolumes(ctx, scope(ctx), lxd.VolumeList{AllProjects: true, Pool: pool})
	}))
	l.volume = newLoader(r.volumeBatch)
	l.volumeState = newLoader(oneByOne(func(ctx context.Context, volume *lxd.StorageVolume) (*lxd.StorageVolumeState, error) {
		return r.LXD.StorageVolumeState(ctx, scope(ctx), volume)
	}))
	l.volumeSnapshots = newLoader(oneByOne(func(ctx context.Context, volume *lxd.StorageVolume) ([]*lxd.StorageVolumeSnapshot, error) {
		return r.LXD.StorageVolumeSnapshots(ctx, scope(ctx), volume)
	}))
	l.volumeBackups = newLoader(oneByOne(func(ctx context.Context, volume *lxd.StorageVolume) ([]*lxd.StorageVolumeBackup, error) {
		return r.LXD.StorageVolumeBackups(ctx, scope(ctx), volume)
	}))
	l.bucketKeys = newLoader(oneByOne(func(ctx context.Context, bucket *lxd.StorageBucket) ([]*lxd.StorageBucketKey, error) {
		return r.LXD.StorageBucketKeys(ctx, scope(ctx), bucket)
	}))
}
