// Package transport carries GraphQL over HTTP, server-sent events and
// WebSocket, as the specifications of GraphQL over HTTP, of graphql-sse and of
// graphql-transport-ws say, so that other people's clients work as they are.
package transport

import (
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// HTTP answers POST and GET: queries and mutations with JSON, subscriptions
// with an event stream. It is one transport because the operation decides, not
// the Accept header alone: some clients accept both on every request.
type HTTP struct {
	// MaxBytes bounds a request's body; 0 is 1 MiB.
	MaxBytes int64
}

var _ graphql.Transport = HTTP{}

// Supports takes all that is not a WebSocket.
func (HTTP) Supports(r *http.Request) bool { return !websocket.IsWebSocketUpgrade(r) }

// Do answers one request.
func (t HTTP) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	format := negotiate(r)
	ctx := r.Context()
	params, err := t.params(w, r)
	if err != nil {
		if err.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", "GET, POST")
		}
		format.write(w, err.status, exec.DispatchError(ctx, gqlerror.List{err.shown()}))
		return
	}
	operation, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		response := exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
		format.write(w, format.refusalStatus(w, errs), response)
		return
	}
	ctx = graphql.WithOperationContext(ctx, operation)
	kind := operation.Operation.Operation
	switch {
	case r.Method == http.MethodGet && kind == ast.Mutation:
		w.Header().Set("Allow", "POST")
		refused := &refusal{http.StatusMethodNotAllowed, "BAD_USER_INPUT", "mutations are sent by POST"}
		format.write(w, refused.status, exec.DispatchError(ctx, gqlerror.List{refused.shown()}))
	case kind == ast.Subscription && !format.stream:
		refused := &refusal{http.StatusNotAcceptable, "BAD_USER_INPUT", "a subscription needs a WebSocket, or `Accept: text/event-stream`"}
		format.write(w, refused.status, exec.DispatchError(ctx, gqlerror.List{refused.shown()}))
	case kind == ast.Subscription || format.onlyStream():
		stream(ctx, w, exec, operation)
	default:
		responses, ctx := exec.DispatchOperation(ctx, operation)
		format.write(w, http.StatusOK, responses(ctx))
	}
}

// refusal is a request that is not GraphQL over HTTP. It never repeats what was sent.
type refusal struct {
	status  int
	code    string
	message string
}

func (r *refusal) Error() string { return r.message }

func (r *refusal) shown() *gqlerror.Error {
	return &gqlerror.Error{Err: errors.New(r.message), Message: r.message, Extensions: map[string]any{"code": r.code}}
}
