package resolvers

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// operationUUID takes LXD's uuid as well as an id of ours.
func operationUUID(text string) string {
	if id, err := lxd.ParseID(text); err == nil && id.Kind == "Operation" {
		return id.Name
	}
	return text
}

func (r *Resolver) operations(ctx context.Context, project string, all bool) ([]*lxd.Operation, error) {
	if all {
		return r.Work.AllOperations(ctx, scope(ctx))
	}
	if project == "" {
		project = "default"
	}
	return r.Work.Operations(ctx, scope(ctx), project)
}

func (r *Resolver) waitOperation(ctx context.Context, uuid string, seconds *int) (*lxd.Operation, error) {
	atMost := 30
	if seconds != nil {
		atMost = *seconds
	}
	if atMost < 1 {
		return nil, &lxd.InputError{Argument: "timeoutSeconds", Message: "timeoutSeconds is 1 to 300"}
	}
	defer r.caughtUp(ctx)
	return r.Work.WaitOperation(ctx, scope(ctx), uuid, min(time.Duration(min(atMost, 300))*time.Second, longestWait))
}

// operationUpdated listens first and reads then, so that nothing is missed in
// between, and leaves out what is older than what was read.
func (r *Resolver) operationUpdated(ctx context.Context, uuid string) (<-chan *lxd.Operation, error) {
	events, err := r.Hub.Subscribe(scope(ctx), lxd.EventFilter{AllProjects: true, Want: func(event lxd.Event) bool {
		change, ok := event.(*lxd.OperationEvent)
		return ok && change.Operation.UUID == uuid
	}})
	if err != nil {
		return nil, err
	}
	last, err := r.Work.Operation(ctx, scope(ctx), uuid)
	if err != nil {
		events.Close()
		return nil, err
	}
	begin := func(emit func(*lxd.Operation)) bool { r.tell(ctx, last, emit); return !last.Final() }
	return stream(ctx, r, events, begin, func(event lxd.Event, emit func(*lxd.Operation)) (bool, error) {
		current, err := r.operationOf(ctx, event, uuid)
		if away(err) {
			return true, nil // its next connection tells a gap again
		}
		if err != nil || !current.NewerThan(last) {
			return err == nil, err
		}
		last = current
		r.tell(ctx, current, emit)
		return !current.Final(), nil
	}), nil
}

// tell tells an operation; its end once what it did can be read.
func (r *Resolver) tell(ctx context.Context, operation *lxd.Operation, emit func(*lxd.Operation)) {
	if operation.Final() {
		r.caughtUp(ctx)
	}
	emit(operation)
}

// operationOf is the operation after an event. After a gap LXD has to be asked,
// because its end may have been missed.
func (r *Resolver) operationOf(ctx context.Context, event lxd.Event, uuid string) (*lxd.Operation, error) {
	if change, ok := event.(*lxd.OperationEvent); ok {
		return change.Operation, nil
	}
	return r.Work.Operation(ctx, scope(ctx), uuid)
}
