package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
)

// storageLoaders adds the loaders of pools, volumes and buckets.
func (r *Resolver) storageLoaders(l *loaders) {
	from := l.from
	l.allPools = once(from.StoragePools)
	l.allVolumes = once(func(ctx context.Context) ([]*lxd.StorageVolume, error) {
		return from.StorageVolumes(ctx, scope(ctx), lxd.VolumeList{AllProjects: true})
	})
	l.pool = edge[string, *lxd.StoragePool]{newLoader(fromOne(l.allPools, func(p *lxd.StoragePool) string { return p.Name })), heldAs[lxd.StoragePool](from, func(name string) mirror.Key {
		return mirror.Key{Kind: mirror.StoragePools, Name: name}
	})}
	l.poolResources = newLoader(oneByOne(r.LXD.StoragePoolResources))
	l.poolVolumes = newLoader(oneByOne(func(ctx context.Context, pool string) ([]*lxd.StorageVolume, error) {
		return from.StorageVolumes(ctx, scope(ctx), lxd.VolumeList{AllProjects: true, Pool: pool})
	}))
	l.volume = edge[key, *lxd.StorageVolume]{newLoader(r.volumeBatch), orAsked(heldOf[lxd.StorageVolume](from, mirror.Volumes))}
	l.volumeState = newLoader(oneByOne(func(ctx context.Context, volume *lxd.StorageVolume) (*lxd.StorageVolumeState, error) {
		return r.LXD.StorageVolumeState(ctx, scope(ctx), volume)
	}))
	l.volumeSnapshots = newLoader(oneByOne(func(ctx context.Context, volume *lxd.StorageVolume) ([]*lxd.StorageVolumeSnapshot, error) {
		return r.LXD.StorageVolumeSnapshots(ctx, scope(ctx), volume)
	}))
	l.volumeBackups = newLoader(oneByOne(func(ctx context.Context, volume *lxd.StorageVolume) ([]*lxd.StorageVolumeBackup, error) {
		return r.LXD.StorageVolumeBackups(ctx, scope(ctx), volume)
	}))
	l.poolETag = newLoader(oneByOne(r.LXD.StoragePoolETag))
	l.volumeETag = newLoader(oneByOne(scoped(r.LXD.StorageVolumeETag)))
	l.volumeActions = newLoader(oneByOne(scoped(r.LXD.StorageVolumeActions)))
	l.snapshotETag = newLoader(oneByOne(scoped(r.LXD.StorageVolumeSnapshotETag)))
	l.bucketETag = newLoader(oneByOne(scoped(r.LXD.StorageBucketETag)))
	l.bucketKeys = newLoader(oneByOne(func(ctx context.Context, bucket *lxd.StorageBucket) ([]*lxd.StorageBucketKey, error) {
		return r.LXD.StorageBucketKeys(ctx, scope(ctx), bucket)
	}))
}

// scoped asks as the caller.
func scoped[K, V any](ask func(context.Context, lxd.Scope, K) (V, error)) func(context.Context, K) (V, error) {
	return func(ctx context.Context, key K) (V, error) { return ask(ctx, scope(ctx), key) }
}
