package work

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// lock waits for its turn at a name among all servers on the database.
func (m *Manager) lock(ctx context.Context, name string) (release func(), err error) {
	here, err := m.locks.take(ctx, name)
	if err != nil || m.store == nil {
		return here, err
	}
	everywhere, err := m.store.Hold(ctx, name)
	if err != nil {
		here()
		return nil, err
	}
	return func() { everywhere(); here() }, nil
}

// hold shows the other servers, until release is called, that this one works on
// an operation.
func (m *Manager) hold(operation *lxd.Operation) (release func()) {
	if m.store == nil {
		return func() {}
	}
	release, err := m.store.Hold(m.ctx, held(operation.UUID))
	if err != nil { // it runs all the same; others may take it for lost
		if m.ctx.Err() == nil {
			m.failed(err)
		}
		return func() {}
	}
	return release
}

func held(uuid string) string { return "operation " + uuid }

// others is an operation of another server, as it has told it, and a bulk with
// how far its items are.
func (m *Manager) others(ctx context.Context, as lxd.Scope, told *lxd.Operation) (*lxd.Operation, error) {
	if m.store == nil {
		return allowed(as, told)
	}
	bulk, err := m.store.Bulk(ctx, told.UUID)
	if err != nil {
		return nil, err
	}
	if bulk != nil {
		return allowed(as, bulk.operation(m.client))
	}
	if time.Since(told.UpdatedAt.Time) > settled {
		told = m.orLost(ctx, told)
	}
	return allowed(as, told)
}

// orLost is an operation that only the journal knows: one that another server
// works on, or at its end.
func (m *Manager) orLost(ctx context.Context, operation *lxd.Operation) *lxd.Operation {
	if operation.Own && !operation.Final() && m.store != nil {
		if works, err := m.store.Held(ctx, held(operation.UUID)); err != nil || works {
			return operation
		}
	}
	return lost(operation)
}

// soonTold is an operation that another server has just begun and that it is
// about to tell; nil for none.
func (m *Manager) soonTold(ctx context.Context, uuid string) *lxd.Operation {
	if works, err := m.store.Held(ctx, held(uuid)); err != nil || !works {
		return m.hub.Operation(uuid)
	}
	for range 60 {
		if told := m.hub.Operation(uuid); told != nil || !pause(ctx, 50*time.Millisecond) {
			return told
		}
	}
	return nil
}
