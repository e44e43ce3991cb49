package work

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// Alone makes a change of one object, after those of lxdql that came before and
// are not done. The name is the object's: kind, project and name. It returns
// when LXD has done it, whatever the caller's wait: until then the next change
// would not see it. The change goes on when ctx ends.
func (m *Manager) Alone(ctx context.Context, name string, change func(context.Context) (*lxd.Operation, error)) (*lxd.Operation, error) {
	release, err := m.lock(ctx, name)
	if err != nil {
		return nil, err
	}
	defer release()
	operation, err := change(ctx)
	if err != nil || operation == nil {
		return operation, err
	}
	if err := m.follow(context.WithoutCancel(ctx), operation); err != nil {
		return nil, err
	}
	return operation.Ended(nil), nil
}
