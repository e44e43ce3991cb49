package work

import (
	"context"
	"errors"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Bulk is one action on many instances. It is never LXD's own, which takes all
// of a project and on 5.0.2 unfreezes the wrong ones (canonical/lxd#12491).
type Bulk struct {
	UUID, Project, Description string
	CreatedAt                  time.Time
	Action                     lxd.InstanceAction
	// Items are the instances, in the order in which they are taken.
	Items []*lxd.BulkItem
	// Ended is the operation's end; nil while it runs.
	Ended *lxd.Operation
}

// operation is the bulk as an operation, as it is kept.
func (b *Bulk) operation(client *lxd.Client) *lxd.Operation {
	operation := client.OwnOperation(b.UUID, b.Description, b.Project, b.CreatedAt).WithItems(b.Items)
	if b.Ended == nil {
		return operation
	}
	operation.StatusCode, operation.UpdatedAt, operation.Err, operation.MayCancel = b.Ended.StatusCode, b.Ended.UpdatedAt, b.Ended.Err, false
	return operation
}

// kept finds an operation that only the store knows any more; missing is the
// error when it does not.
func (m *Manager) kept(ctx context.Context, as lxd.Scope, uuid string, missing error) (*lxd.Operation, error) {
	if m.store == nil {
		return nil, missing
	}
	bulk, err := m.store.Bulk(ctx, uuid)
	if err != nil {
		return nil, err
	}
	if bulk != nil {
		return allowed(as, bulk.operation(m.client))
	}
	operation, err := m.journal.Operation(ctx, as, uuid)
	if lxd.IsNotFound(err) {
		if told := m.soonTold(ctx, uuid); told != nil {
			return allowed(as, told)
		}
	}
	if err != nil {
		return nil, err
	}
	return m.orLost(ctx, operation), nil
}

// errLost is how an operation ends that nobody works on any more.
var errLost = errors.New("LXD or lxdql was restarted meanwhile: look at what it worked on")

// lost is an operation that only the journal knows, at its end: nobody works on it.
func lost(operation *lxd.Operation) *lxd.Operation {
	if operation.Final() {
		return operation
	}
	return operation.Ended(errLost)
}
