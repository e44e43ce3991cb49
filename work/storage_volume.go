package work

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// UpdateStorageVolume changes a volume, one change after the other. With a plan
// nothing is changed.
func (m *Manager) UpdateStorageVolume(ctx context.Context, as lxd.Scope, plan *lxd.ChangePlan, volume *lxd.StorageVolume, ifMatch *string, input *lxd.UpdateStorageVolumeInput) (*lxd.Operation, error) {
	return m.Alone(ctx, volume.ID(), func(ctx context.Context) (*lxd.Operation, error) {
		return m.client.UpdateStorageVolume(ctx, as, plan, volume, ifMatch, input)
	})
}

// ResizeStorageVolume sets a volume's size, one change after the other.
func (m *Manager) ResizeStorageVolume(ctx context.Context, as lxd.Scope, volume *lxd.StorageVolume, size int64) (*lxd.Operation, error) {
	return m.Alone(ctx, volume.ID(), func(ctx context.Context) (*lxd.Operation, error) {
		return m.client.ResizeStorageVolume(ctx, as, volume, size)
	})
}
