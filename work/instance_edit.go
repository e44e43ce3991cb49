package work

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// EditInstance changes an instance, one change after the other: see [Manager.Alone].
// With a plan nothing is changed.
func (m *Manager) EditInstance(ctx context.Context, as lxd.Scope, plan *lxd.ChangePlan, project, name string, ifMatch *string, change func(*lxd.InstanceEdit) error) (*lxd.Operation, error) {
	return m.Alone(ctx, "instance "+project+" "+name, func(ctx context.Context) (*lxd.Operation, error) {
		return m.client.EditInstance(ctx, as, plan, project, name, ifMatch, change)
	})
}
