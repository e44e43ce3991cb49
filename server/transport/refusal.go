package transport

import (
	"context"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// allMethods is what Allow names where no operation is known.
const allMethods = "GET, POST, OPTIONS"

// refusal is a request that is not GraphQL over HTTP. It never repeats what was sent.
type refusal struct {
	status  int
	allow   string // of a method that is not allowed
	code    string
	message string
}

func (r *refusal) shown() *gqlerror.Error {
	return &gqlerror.Error{Err: errors.New(r.message), Message: r.message, Extensions: map[string]any{"code": r.code}}
}

// badRequest is a request whose parameters are wrong.
func badRequest(message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: message}
}

// refuse answers with a refusal's own status.
func (f format) refuse(ctx context.Context, w http.ResponseWriter, exec graphql.GraphExecutor, refused *refusal) {
	if refused.allow != "" {
		w.Header().Set("Allow", refused.allow)
	}
	f.write(w, refused.status, exec.DispatchError(ctx, gqlerror.List{refused.shown()}))
}

// survive turns a panic into the errors that the operation ends with. In a
// goroutine of ours it would end the whole server.
func survive(ctx context.Context, exec graphql.GraphExecutor, step func() gqlerror.List) (errs gqlerror.List) {
	defer func() {
		if cause := recover(); cause != nil {
			errs = gqlerror.List{presented(ctx, exec, cause)}
		}
	}()
	return step()
}

// presented tells a panic the way the executor tells it, which logs it too.
func presented(ctx context.Context, exec graphql.GraphExecutor, cause any) *gqlerror.Error {
	var shown *gqlerror.Error
	if presenter, ok := exec.(interface {
		PresentRecoveredError(ctx context.Context, cause any) error
	}); ok && errors.As(presenter.PresentRecoveredError(ctx, cause), &shown) {
		return shown
	}
	return (&refusal{code: "INTERNAL", message: "internal error"}).shown()
}
