package resolvers

import (
	"context"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// parentOf cuts the last name off an id's name.
func parentOf(name string) (parent, child string) {
	at := strings.LastIndexByte(name, '/')
	if at < 0 {
		return "", name
	}
	return name[:at], name[at+1:]
}

func (r *Resolver) findVolumeSnapshot(ctx context.Context, id lxd.ID) (lxd.Node, error) {
	path, name := parentOf(id.Name)
	volume, err := load(ctx).volume.Load(ctx, key{id.Project, path})()
	if err != nil || volume == nil {
		return nil, err
	}
	snapshots, err := load(ctx).volumeSnapshots.Load(ctx, volume)()
	return named(snapshots, err, name, (*lxd.StorageVolumeSnapshot).Name)
}

func (r *Resolver) findVolumeBackup(ctx context.Context, id lxd.ID) (lxd.Node, error) {
	path, name := parentOf(id.Name)
	volume, err := load(ctx).volume.Load(ctx, key{id.Project, path})()
	if err != nil || volume == nil {
		return nil, err
	}
	backups, err := load(ctx).volumeBackups.Load(ctx, volume)()
	return named(backups, err, name, func(b *lxd.StorageVolumeBackup) string { return b.Name })
}

func (r *Resolver) findBucket(ctx context.Context, id lxd.ID) (lxd.Node, error) {
	pool, name, _ := strings.Cut(id.Name, "/")
	return present(r.LXD.StorageBucket(ctx, scope(ctx), id.Project, pool, name))
}

// named is the child with a name; nil when there is none.
func named[T lxd.Node](children []T, err error, name string, nameOf func(T) string) (lxd.Node, error) {
	for _, child := range children {
		if nameOf(child) == name {
			return child, nil
		}
	}
	return nil, err
}
