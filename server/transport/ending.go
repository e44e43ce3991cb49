package transport

import (
	"context"
	"errors"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

type endingKey struct{}

// ending is why a subscription ended.
type ending struct {
	mutex  sync.Mutex
	reason *gqlerror.Error
}

// EndStream says why the subscription of ctx is about to end; the last reason
// counts. The caller is told it when the subscription's channel is closed:
// over a WebSocket by a message "error", in an event stream by a last "next".
// Where ctx is not of a subscription, nothing happens.
func EndStream(ctx context.Context, reason *gqlerror.Error) {
	end, ok := ctx.Value(endingKey{}).(*ending)
	if !ok {
		return
	}
	end.mutex.Lock()
	defer end.mutex.Unlock()
	end.reason = reason
}

// forbids reports whether the caller that a reason is about is known, and may not.
func forbids(reason error) bool {
	var told interface{ Forbidden() bool }
	return errors.As(reason, &told) && told.Forbidden()
}

func (e *ending) errors() gqlerror.List {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.reason == nil {
		return nil
	}
	return gqlerror.List{e.reason}
}

// enter asks whether a subscription may begin; nil admits all. Release is
// called at its end.
func enter(ctx context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, admit Admit) (release func(), errs gqlerror.List) {
	if admit == nil || operation.Operation.Operation != ast.Subscription {
		return func() {}, nil
	}
	release, err := admit(ctx)
	if err != nil {
		tooMany := &refusal{code: "LIMIT_EXCEEDED", message: err.Error()}
		return nil, exec.DispatchError(ctx, gqlerror.List{tooMany.shown()}).Errors
	}
	return release, nil
}

// execute hands over each response of an operation, and returns the errors
// that it ended with; nil for an end of its own accord. It returns soon after
// ctx has ended. Begun is called when nothing that happens from then on is missed.
func execute(ctx context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, begun func(), each func(*graphql.Response)) gqlerror.List {
	end := &ending{}
	ctx = context.WithValue(ctx, endingKey{}, end)
	return survive(ctx, exec, func() gqlerror.List {
		responses, ctx := exec.DispatchOperation(ctx, operation)
		begun()
		for response := responses(ctx); response != nil; response = responses(ctx) {
			each(response)
		}
		return end.errors()
	})
}
