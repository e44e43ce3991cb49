package resolvers

import (
	"context"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

func (r *Resolver) findBackup(ctx context.Context, id lxd.ID) (lxd.Node, error) {
	name, backup, _ := strings.Cut(id.Name, "/")
	instance, err := load(ctx).instance.Load(ctx, key{id.Project, name})()
	if err != nil || instance == nil {
		return nil, err
	}
	backups, err := load(ctx).backups.Load(ctx, instance)()
	return named(backups, err, backup, func(b *lxd.InstanceBackup) string { return b.Name })
}

// backupsOf is what the list brought along, or a read of its own.
func backupsOf(ctx context.Context, instance *lxd.Instance) ([]*lxd.InstanceBackup, error) {
	if !instance.Full() {
		return load(ctx).backups.Load(ctx, instance)()
	}
	if instance.Backups == nil {
		return []*lxd.InstanceBackup{}, nil
	}
	return instance.Backups, nil
}

// snapshotSize is what came with the snapshot, or what the list of the
// instance's snapshots says: LXD leaves it out of the lists of instances.
func snapshotSize(ctx context.Context, snapshot *lxd.InstanceSnapshot) (*int64, error) {
	if snapshot.Size > 0 {
		return &snapshot.Size, nil
	}
	snapshots, err := load(ctx).snapshots.Load(ctx, snapshot.Instance())()
	for _, measured := range snapshots {
		if measured.Name() == snapshot.Name() && measured.Size >= 0 {
			return &measured.Size, nil
		}
	}
	return nil, err
}
