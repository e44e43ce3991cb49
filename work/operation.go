package work

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// The calls below answer for lxdql's own operations and, where they know none,
// for LXD's: to a caller both are the same.

// Operation is the operation as it is now, or as it ended: LXD forgets it 5 s
// after that. It is an *lxd.Error with status 404 when nobody knows it (any
// more) or the scope does not allow it.
func (m *Manager) Operation(ctx context.Context, as lxd.Scope, uuid string) (*lxd.Operation, error) {
	if own := m.find(uuid); own != nil {
		return allowed(as, own.operation)
	}
	operation, err := m.client.Operation(ctx, as, uuid)
	if !lxd.IsNotFound(err) {
		return operation, err
	}
	if heard := m.hub.Operation(uuid); heard != nil && !heard.Own {
		if time.Since(heard.UpdatedAt.Time) > settled {
			heard = lost(heard)
		}
		return allowed(as, heard)
	} else if heard != nil {
		return m.others(ctx, as, heard)
	}
	return m.kept(ctx, as, uuid, err)
}

// allowed hides an operation from who may not see its project.
func allowed(as lxd.Scope, operation *lxd.Operation) (*lxd.Operation, error) {
	shown := operation.Shown(as)
	if shown == nil {
		return nil, &lxd.Error{Status: http.StatusNotFound, Message: "Operation not found"}
	}
	return shown, nil
}

// Operations are those of a project, in no order.
func (m *Manager) Operations(ctx context.Context, as lxd.Scope, project string) ([]*lxd.Operation, error) {
	operations, err := m.client.Operations(ctx, as, project)
	if err != nil {
		return nil, err
	}
	return m.withPast(ctx, as, project, m.withOwn(as, project, operations))
}

// withOwn adds lxdql's own operations. One of several projects is in the list of
// each, as LXD's are that have no project.
func (m *Manager) withOwn(as lxd.Scope, project string, operations []*lxd.Operation) []*lxd.Operation {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.forget()
	for _, t := range m.tasks {
		if t.operation.Project == project || t.operation.Project == "" {
			operations = append(operations, t.operation)
		}
	}
	return lxd.ShownOperations(operations, as)
}

// settled is how old an operation is that neither LXD nor lxdql knows and that
// no event has ended, before it counts as lost: its events are under way.
const settled = 10 * time.Second

// withPast adds what the journal knows and nobody lists any more.
func (m *Manager) withPast(ctx context.Context, as lxd.Scope, project string, listed []*lxd.Operation) ([]*lxd.Operation, error) {
	if m.journal == nil {
		return listed, nil
	}
	past, err := m.journal.Operations(ctx, as, project)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(listed))
	for _, operation := range listed {
		known[operation.UUID] = true
	}
	for _, operation := range past {
		if !known[operation.UUID] && (operation.Final() || time.Since(operation.UpdatedAt.Time) > settled) {
			listed = append(listed, m.orLost(ctx, operation))
		}
	}
	return listed, nil
}

// AllOperations are those of all projects that the scope allows, each once.
func (m *Manager) AllOperations(ctx context.Context, as lxd.Scope) ([]*lxd.Operation, error) {
	projects, err := m.client.Projects(ctx, as)
	if err != nil {
		return nil, err
	}
	var all []*lxd.Operation
	for _, project := range projects {
		operations, err := m.Operations(ctx, as, project.Name)
		if err != nil {
			return nil, err
		}
		for _, operation := range operations {
			if !slices.ContainsFunc(all, func(o *lxd.Operation) bool { return o.UUID == operation.UUID }) {
				all = append(all, operation)
			}
		}
	}
	return all, nil
}

// CancelOperation stops an operation; one that cannot be stopped is a conflict.
func (m *Manager) CancelOperation(ctx context.Context, as lxd.Scope, uuid string) (*lxd.Operation, error) {
	operation, err := m.Operation(ctx, as, uuid)
	if err != nil {
		return nil, err
	}
	if !as.Allows(operation.Project, true) {
		return nil, &lxd.ForbiddenError{Project: operation.Project}
	}
	if operation.Final() {
		return nil, &lxd.ConflictError{Message: "the operation has ended already: " + string(operation.Status())}
	}
	if !operation.MayCancel {
		return nil, &lxd.ConflictError{Message: "this operation cannot be cancelled"}
	}
	if own := m.find(uuid); own != nil {
		own.cancel()
		return m.WaitOperation(ctx, as, uuid, 10*time.Second)
	}
	if operation.Own {
		return nil, &lxd.ConflictError{Message: "another server of lxdql works on this operation: cancel it there"}
	}
	if err := m.client.CancelOperation(ctx, as, operation); err != nil {
		return nil, err
	}
	cancelled, err := m.client.Operation(ctx, as, uuid)
	if lxd.IsNotFound(err) {
		return nil, nil
	}
	return cancelled, err
}

func (m *Manager) find(uuid string) *task {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if t := m.tasks[uuid]; t != nil {
		moment := *t
		return &moment
	}
	return nil
}

// Succeeded waits as a mutation's argument wait says and turns a failure into
// an error. The operation goes on when the caller's ctx ends.
func (m *Manager) Succeeded(ctx context.Context, as lxd.Scope, operation *lxd.Operation, atMost time.Duration) (*lxd.Operation, error) {
	if operation == nil || atMost <= 0 {
		return operation, nil
	}
	ended, err := m.WaitOperation(ctx, as, operation.UUID, atMost)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return operation, nil
	case err != nil:
		return nil, err
	case ended.Final() && ended.Status() != lxd.OperationSuccess:
		return nil, &lxd.OperationError{Operation: ended}
	}
	return ended, nil
}
