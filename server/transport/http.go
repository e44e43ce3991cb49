// Package transport carries GraphQL over HTTP, server-sent events and
// WebSocket, as the specifications of GraphQL over HTTP, of graphql-sse and of
// graphql-transport-ws say, so that other people's clients work as they are.
package transport

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/ast"
)

// HTTP answers POST and GET: queries and mutations with JSON, subscriptions
// with an event stream. It is one transport because the operation decides, not
// the Accept header alone: some clients accept both on every request.
type HTTP struct {
	// MaxBytes bounds a request's body; 0 is 1 MiB.
	MaxBytes int64
	// KeepAlive is how often a silent event stream sends a comment, so that
	// proxies do not cut it; 0 is 12 s.
	KeepAlive time.Duration
	// Watch returns the context that a stream runs in. When that ends before ctx
	// does, the stream ends with the cause as UNAUTHENTICATED. Release is called
	// at the stream's end; nil watches nothing.
	Watch func(ctx context.Context) (watched context.Context, release func())
	// Check is asked about a request that took long to come, and returns the
	// context that it runs in: who sends it may have lost rights since its header.
	// Nil lets all run as they began.
	Check func(ctx context.Context) (context.Context, error)
	// Admit is asked before each subscription; nil admits all.
	Admit Admit
	// Uploads takes requests that bring files; nil takes none.
	Uploads *Uploads
	// Feeds are the subscriptions that are executed together; nil is none.
	Feeds *Feeds
}

var _ graphql.Transport = HTTP{}

// long is what a request may take to come without being checked once more.
const long = time.Second

// lost is the answer to who may not ask any more.
func lost(reason error) *refusal {
	if errors.Is(reason, ErrUnavailable) {
		return &refusal{status: http.StatusServiceUnavailable, code: "INTERNAL", message: reason.Error()}
	}
	return &refusal{status: http.StatusUnauthorized, code: "UNAUTHENTICATED", message: reason.Error()}
}

// Supports takes all that is not a WebSocket.
func (HTTP) Supports(r *http.Request) bool { return !websocket.IsWebSocketUpgrade(r) }

// Do answers one request.
func (t HTTP) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if r.Method == http.MethodOptions { // a preflight of CORS is answered before it comes here
		w.Header().Set("Allow", allMethods)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	format, ctx := negotiate(r), r.Context()
	params, refused := t.params(w, r)
	if refused != nil {
		format.refuse(ctx, w, exec, refused)
		return
	}
	if t.Check != nil && params.ReadTime.End.Sub(params.ReadTime.Start) > long {
		var err error
		if ctx, err = t.Check(ctx); err != nil {
			format.refuse(r.Context(), w, exec, lost(err))
			return
		}
	}
	operation, errs := exec.CreateOperationContext(ctx, params)
	ctx = graphql.WithOperationContext(ctx, operation)
	if len(errs) > 0 {
		format.answer(w, exec.DispatchError(ctx, errs))
		return
	}
	kind := operation.Operation.Operation
	switch {
	case r.Method == http.MethodGet && kind != ast.Query:
		format.refuse(ctx, w, exec, &refusal{status: http.StatusMethodNotAllowed, allow: http.MethodPost, code: "BAD_USER_INPUT", message: "GET is for queries only: send this by POST"})
	case kind == ast.Subscription && !format.stream:
		format.refuse(ctx, w, exec, &refusal{status: http.StatusNotAcceptable, code: "BAD_USER_INPUT", message: "a subscription needs a WebSocket, or `Accept: text/event-stream`"})
	case kind == ast.Subscription || format.onlyStream():
		t.stream(ctx, w, exec, operation)
	default:
		ctx, tag := tagged(ctx, r.Method)
		responses, answering := exec.DispatchOperation(ctx, operation)
		response := responses(answering)
		if response == nil { // its context ended before it was executed
			format.refuse(ctx, w, exec, &refusal{status: http.StatusServiceUnavailable, code: "TIMEOUT", message: "the request was ended before it was answered: send it again"})
			return
		}
		if !tag.unchanged(w, r) {
			format.answer(w, response)
		}
	}
}
