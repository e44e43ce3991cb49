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

// execute hands over each response of an operation, and returns the errors
// that it ended with; nil for an end of its own accord. It returns soon after
// ctx has ended. A subscription has to be admitted; nil admits all.
func execute(ctx context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, admit Admit, each func(*graphql.Response)) gqlerror.List {
	if admit != nil && operation.Operation.Operation == ast.Subscription {
		release, err := admit(ctx)
		if err != nil {
			tooMany := &refusal{code: "LIMIT_EXCEEDED", message: err.Error()}
			return exec.DispatchError(ctx, gqlerror.List{tooMany.shown()}).Errors
		}
		defer release()
	}
	end := &ending{}
	ctx = context.WithValue(ctx, endingKey{}, end)
	return survive(ctx, exec, func() gqlerror.List {
		responses, ctx := exec.DispatchOperation(ctx, operation)
		for response := responses(ctx); response != nil; response = responses(ctx) {
			each(response)
		}
		return end.errors()
	})
}
