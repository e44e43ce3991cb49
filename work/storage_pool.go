package work

import (
	"context"
	"errors"

	"github.com/lxdql/lxdql/lxd"
)

// CreateStoragePool makes a storage pool. On a cluster that takes LXD a step
// for each member and one more: they are one operation of ours, and when one
// fails the pool that is half made is taken away.
func (m *Manager) CreateStoragePool(ctx context.Context, as lxd.Scope, input *lxd.CreateStoragePoolInput) (*lxd.Operation, error) {
	steps, undo, err := m.client.StoragePoolCreation(ctx, as, input)
	if err != nil {
		return nil, err
	}
	if len(steps) == 1 {
		return steps[0](ctx)
	}
	resources := map[string][]string{"storage_pools": {"/1.0/storage-pools/" + input.Name}}
	return m.Run("Creating storage pool", "default", resources, func(ctx context.Context) (*lxd.Operation, error) {
		for n, step := range steps {
			operation, err := step(ctx)
			if err == nil && operation != nil {
				err = m.follow(ctx, operation)
			}
			if err != nil && n > 0 {
				err = errors.Join(err, m.undo(context.WithoutCancel(ctx), undo))
			}
			if err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

// undo takes away what there is; that there is nothing is right.
func (m *Manager) undo(ctx context.Context, step Step) error {
	operation, err := step(ctx)
	if err == nil && operation != nil {
		err = m.follow(ctx, operation)
	}
	if lxd.IsNotFound(err) {
		return nil
	}
	return err
}

// UpdateStoragePool changes a pool, one change after the other.
func (m *Manager) UpdateStoragePool(ctx context.Context, as lxd.Scope, name, member string, ifMatch *string, input *lxd.UpdateStoragePoolInput) (*lxd.Operation, error) {
	return m.Alone(ctx, "storage-pool "+name, func(ctx context.Context) (*lxd.Operation, error) {
		return m.client.UpdateStoragePool(ctx, as, name, member, ifMatch, input)
	})
}
