package work

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

const (
	// mostItems bounds one bulk.
	mostItems = 5000
	// bulkLife is how long a bulk that ended can be asked for.
	bulkLife = 30 * 24 * time.Hour
)

// BulkWish is what to do to many instances.
type BulkWish struct {
	Action         lxd.InstanceAction
	Force          bool
	TimeoutSeconds int
	// MaxParallel is how many are worked on at once, 1 to 32.
	MaxParallel int
	// StopOnError leaves the rest alone when one fails.
	StopOnError bool
	// Tell is an error's code and message, as a caller may see them.
	Tell func(error) (code, message string)
}

// RunBulk begins an action on instances. It returns when every one of them is
// kept with its outcome so far: PENDING, or SKIPPED for what fits no more.
func (m *Manager) RunBulk(ctx context.Context, as lxd.Scope, project string, wish BulkWish, items []*lxd.BulkItem) (*lxd.Operation, error) {
	switch {
	case len(items) > mostItems:
		return nil, &lxd.LimitError{Message: fmt.Sprintf("%d instances are more than one bulk takes: %d", len(items), mostItems)}
	case wish.MaxParallel < 1 || wish.MaxParallel > 32:
		return nil, &lxd.InputError{Argument: "maxParallel", Message: "maxParallel is 1 to 32"}
	}
	project = projectOf(project, items)
	operation := m.client.NewOperation(fmt.Sprintf("%s of %d instances", wish.Action, len(items)), project, bulkResources(items))
	bulk := &Bulk{UUID: operation.UUID, Project: project, Description: operation.Description, CreatedAt: operation.CreatedAt.Time, Action: wish.Action, Items: items}
	operation = operation.WithItems(items)
	if err := m.store.AddBulk(ctx, bulk); err != nil {
		return nil, err
	}
	running := &bulkRun{manager: m, as: as, wish: wish, bulk: bulk}
	err := m.begin(operation, func(ctx context.Context) error { return running.all(ctx) })
	if err != nil {
		running.leave("the server is busy: try again in a moment")
		return nil, errors.Join(err, running.end(ctx, operation.Ended(err)))
	}
	return operation, nil
}

// projectOf is the one project that all items are of; "" for several, where
// only who sees all of them sees the bulk.
func projectOf(asked string, items []*lxd.BulkItem) string {
	for _, item := range items {
		if item.Project != items[0].Project {
			return ""
		}
		asked = item.Project
	}
	return asked
}

func bulkResources(items []*lxd.BulkItem) map[string][]string {
	paths := make([]string, len(items))
	for n, item := range items {
		paths[n] = lxd.InstancePath(item.Project, item.Name)
	}
	return map[string][]string{"instances": paths}
}
