package server

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
	"github.com/lxdql/lxdql/simplestreams"
	"github.com/lxdql/lxdql/work"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// presenter is the one place where the rooms' errors become what a caller
// sees: a code from the contract, a message to act on, and the request's id.
// What only we can be at fault for is logged here and told without details.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		if shown.Extensions == nil {
			shown.Extensions = map[string]any{}
		}
		if _, ok := shown.Extensions["code"]; !ok {
			translate(shown, asGiven(ctx, shown, err))
		}
		if shown.Message == "operation  not found" { // gqlgen's, about no name at all
			shown.Message = "which operation? Where a document has several, name the one to run as operationName"
		}
		if shown.Extensions["code"] == "INTERNAL" {
			log.ErrorContext(ctx, "internal error", "error", err, "requestId", middleware.GetReqID(ctx), "path", shown.Path.String())
			shown.Message = "internal error: tell the administrator the request's id"
		}
		if id := middleware.GetReqID(ctx); id != "" {
			shown.Extensions["requestId"] = id
		}
		return shown
	}
}

// tell is an error where it is no answer but a part of one: its code, and a
// message without what only we can be at fault for.
func tell(log *slog.Logger) func(error) (code, message string) {
	return func(err error) (string, string) {
		code, _ := classify(err)
		if code == "INTERNAL" {
			log.Error("internal error", "error", err)
			return code, "internal error: tell the administrator the time"
		}
		return code, err.Error()
	}
}

// translate gives an error its code.
func translate(shown *gqlerror.Error, err error) {
	code, details := classify(err)
	shown.Extensions["code"] = code
	for key, detail := range details {
		if detail != "" {
			shown.Extensions[key] = detail
		}
	}
	if code == "BAD_USER_INPUT" && shown.Extensions["argument"] == nil {
		if argument := argumentOf(shown.Path); argument != "" {
			shown.Extensions["argument"] = argument
		}
	}
}

// classify knows every type of error of the rooms; what it does not know is
// our own fault.
func classify(err error) (code string, details map[string]any) {
	if code, details = classifyLXD(err); code != "" {
		return code, details
	}
	var argument *page.ArgumentError
	var account *auth.InputError
	var number *graphql.IntegerError
	var outdated *lxd.PreconditionError
	var early *auth.RateError
	switch {
	case errors.As(err, &argument):
		return "BAD_USER_INPUT", map[string]any{"argument": argument.Argument}
	case errors.As(err, &number):
		return "BAD_USER_INPUT", nil
	case errors.As(err, &early):
		return "RATE_LIMITED", map[string]any{"retryAfterSeconds": int(early.After.Seconds()) + 1, "limit": early.Limit, "windowSeconds": int(early.Window.Seconds())}
	case errors.Is(err, auth.ErrForbidden):
		return "FORBIDDEN", nil
	case errors.As(err, &account):
		return "BAD_USER_INPUT", map[string]any{"argument": account.Argument}
	case errors.Is(err, auth.ErrUserExists), errors.Is(err, auth.ErrTokenExists):
		return "ALREADY_EXISTS", nil
	case errors.Is(err, auth.ErrLastAdmin):
		return "CONFLICT", nil
	case errors.Is(err, auth.ErrLimit), db.Full(err):
		return "LIMIT_EXCEEDED", nil
	case errors.Is(err, auth.ErrNotFound):
		return "NOT_FOUND", nil
	case errors.Is(err, auth.ErrUnauthenticated):
		return "UNAUTHENTICATED", nil
	case errors.As(err, &outdated):
		return "PRECONDITION_FAILED", map[string]any{"etag": outdated.ETag}
	case errors.As(err, new(*lxd.ExtensionError)):
		return "LXD_EXTENSION_MISSING", nil
	case errors.Is(err, work.ErrGone), errors.Is(err, work.ErrStopping):
		return "OPERATION_CANCELLED", nil
	case errors.As(err, new(*lxd.TokenError)):
		return "LXD_TRUST_TOKEN_REJECTED", nil
	case errors.Is(err, context.DeadlineExceeded):
		return "TIMEOUT", nil
	case errors.Is(err, context.Canceled):
		return "TIMEOUT", nil
	case errors.Is(err, simplestreams.ErrAddress), errors.As(err, new(*simplestreams.Error)):
		return "BAD_USER_INPUT", map[string]any{"argument": "remote"}
	}
	return "INTERNAL", nil
}

// argumentOf is the dotted path of an argument in an error's path, which
// begins with the field.
func argumentOf(path ast.Path) string {
	var names []string
	for _, element := range path {
		if name, ok := element.(ast.PathName); ok {
			names = append(names, string(name))
		}
	}
	if len(names) < 2 {
		return ""
	}
	return strings.Join(names[1:], ".")
}

// classifyLXD knows the errors of the room lxd; "" for others.
func classifyLXD(err error) (string, map[string]any) {
	var (
		answer      *lxd.Error
		unavailable *lxd.UnavailableError
		untrusted   *lxd.NotTrustedError
		certificate *lxd.CertificateError
		forbidden   *lxd.ForbiddenError
		conflict    *lxd.ConflictError
		exists      *lxd.ExistsError
		input       *lxd.InputError
		failed      *lxd.OperationError
		lagged      *lxd.LaggedError
		limit       *lxd.LimitError
		expired     *lxd.CursorExpiredError
	)
	switch {
	case errors.As(err, &failed):
		return operationCode(failed.Operation), map[string]any{"operationId": failed.Operation.ID()}
	case errors.As(err, &answer):
		return statusCode(answer), nil
	case errors.As(err, &unavailable), errors.Is(err, lxd.ErrHubClosed):
		return "LXD_UNAVAILABLE", nil
	case errors.As(err, &untrusted):
		return "LXD_NOT_TRUSTED", nil
	case errors.As(err, &certificate):
		return "LXD_CERTIFICATE_CHANGED", map[string]any{"expected": certificate.Expected, "seen": certificate.Seen}
	case errors.As(err, &forbidden):
		return "FORBIDDEN", map[string]any{"argument": forbidden.Argument}
	case errors.As(err, &conflict):
		return "CONFLICT", nil
	case errors.As(err, &exists):
		return "ALREADY_EXISTS", nil
	case errors.As(err, &input):
		return "BAD_USER_INPUT", map[string]any{"argument": input.Argument}
	case errors.As(err, &lagged):
		return "SUBSCRIPTION_LAGGED", map[string]any{"cursor": lagged.Cursor}
	case errors.As(err, &limit):
		return "LIMIT_EXCEEDED", nil
	case errors.As(err, &expired):
		return "CURSOR_EXPIRED", map[string]any{"oldestCursor": expired.Oldest}
	}
	return "", nil
}

// statusCode is the code of an error of LXD.
func statusCode(answer *lxd.Error) string {
	if saysTaken(answer.Message) {
		return "ALREADY_EXISTS"
	}
	switch answer.Status {
	case 400:
		return "BAD_USER_INPUT"
	case 404:
		return "NOT_FOUND"
	case 409:
		return "CONFLICT"
	case 412:
		return "PRECONDITION_FAILED"
	}
	return "LXD_ERROR"
}

// operationCode is the code of an operation that did not succeed.
func operationCode(operation *lxd.Operation) string {
	switch {
	case operation.Status() == lxd.OperationCancelled:
		return "OPERATION_CANCELLED"
	case saysTaken(operation.Err):
		return "ALREADY_EXISTS"
	}
	return "OPERATION_FAILED"
}

// saysTaken reports whether LXD says that a name is taken; where two make it at
// once it may be its database that says so (seen on 5.0.2).
func saysTaken(message string) bool {
	return strings.Contains(message, "already exists") || strings.Contains(message, "UNIQUE constraint failed")
}
