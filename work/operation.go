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

// Operation is the operation as it is now; an *lxd.Error with status 404 when
// there is none any more or the scope does not allow it.
func (m *Manager) Operation(ctx context.Context, as lxd.Scope, uuid string) (*lxd.Operation, error) {
	if own := m.find(uuid); own != nil {
		if !as.Allows(own.operation.Project, false) {
			return nil, &lxd.Error{Status: http.StatusNotFound, Message: "Operation not found"}
		}
		return own.operation, nil
	}
	return m.client.Operation(ctx, as, uuid)
}

// Operations are those of a project, in no order.
func (m *Manager) Operations(ctx context.Context, as lxd.Scope, project string) ([]*lxd.Operation, error) {
	operations, err := m.client.Operations(ctx, as, project)
	if err != nil {
		return nil, err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.forget()
	for _, t := range m.tasks {
		if t.operation.Project == project {
			operations = append(operations, t.operation)
		}
	}
	return operations, nil
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

// WaitOperation waits for the end of an operation for at most the given time
// and returns it as it is then.
func (m *Manager) WaitOperation(ctx context.Context, as lxd.Scope, uuid string, atMost time.Duration) (*lxd.Operation, error) {
	operation, err := m.Operation(ctx, as, uuid)
	if err != nil || operation.Final() {
		return operation, err
	}
	own := m.find(uuid)
	if own == nil {
		return m.client.WaitOperation(ctx, as, operation, atMost)
	}
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-own.done:
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return m.Operation(ctx, as, uuid)
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
