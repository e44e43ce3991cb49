package work

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// EditInstance changes an instance, one change after the other. It returns when
// LXD has done it, whatever the caller's wait: until then the next change would
// not see it. The change goes on when ctx ends.
func (m *Manager) EditInstance(ctx context.Context, as lxd.Scope, project, name string, ifMatch *string, change func(*lxd.InstanceEdit) error) (*lxd.Operation, error) {
	release, err := m.locks.take(ctx, "instance "+project+" "+name)
	if err != nil {
		return nil, err
	}
	defer release()
	operation, err := m.client.EditInstance(ctx, as, project, name, ifMatch, change)
	if err != nil || operation == nil {
		return operation, err
	}
	if err := m.follow(context.WithoutCancel(ctx), operation); err != nil {
		return nil, err
	}
	return m.done(operation), nil
}

// done is an operation that has succeeded.
func (m *Manager) done(operation *lxd.Operation) *lxd.Operation {
	return operation.Ended(nil)
}
