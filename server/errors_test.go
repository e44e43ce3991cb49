package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The presenter's table: each error of the rooms has its code.
func TestEveryErrorHasItsCode(t *testing.T) {
	present := presenter(slog.New(slog.NewTextHandler(io.Discard, nil)))
	ctx := graphql.WithPathContext(context.Background(), graphql.NewPathWithField("field"))
	for _, row := range []struct {
		err        error
		code       string
		extensions map[string]string
	}{
		{errors.New("the password is hunter2"), "INTERNAL", nil},
		{auth.ErrForbidden, "FORBIDDEN", nil},
		{auth.ErrWrongPassword, "UNAUTHENTICATED", nil},
		{auth.ErrTokenExpired, "UNAUTHENTICATED", nil},
		{auth.ErrTokenInvalid, "UNAUTHENTICATED", nil},
		{auth.ErrTokenReused, "UNAUTHENTICATED", nil},
		{auth.ErrUserExists, "ALREADY_EXISTS", nil},
		{&auth.InputError{Argument: "password", Message: "short"}, "BAD_USER_INPUT", map[string]string{"argument": "password"}},
		{&lxd.ForbiddenError{Argument: "input.config.raw.lxc", Reason: "no"}, "FORBIDDEN", map[string]string{"argument": "input.config.raw.lxc"}},
		{&lxd.Error{Status: 400, Message: "x"}, "BAD_USER_INPUT", nil},
		{&lxd.Error{Status: 400, Message: "The network already exists"}, "ALREADY_EXISTS", nil},
		{&lxd.Error{Status: 404, Message: "x"}, "NOT_FOUND", nil},
		{&lxd.Error{Status: 409, Message: "x"}, "CONFLICT", nil},
		{&lxd.Error{Status: 412, Message: "x"}, "PRECONDITION_FAILED", nil},
		{&lxd.Error{Status: 500, Message: "x"}, "LXD_ERROR", nil},
		{fmt.Errorf("wrapped: %w", &lxd.UnavailableError{URL: "unix:///x"}), "LXD_UNAVAILABLE", nil},
		{lxd.ErrHubClosed, "LXD_UNAVAILABLE", nil},
		{&lxd.NotTrustedError{}, "LXD_NOT_TRUSTED", nil},
		{&lxd.TokenError{Message: "used"}, "LXD_TRUST_TOKEN_REJECTED", nil},
		{&lxd.CertificateError{Expected: "aa", Seen: "bb"}, "LXD_CERTIFICATE_CHANGED", map[string]string{"expected": "aa", "seen": "bb"}},
		{&lxd.ConflictError{Message: "x"}, "CONFLICT", nil},
		{&lxd.ExistsError{Message: "x"}, "ALREADY_EXISTS", nil},
		{&lxd.InputError{Argument: "input.name", Message: "x"}, "BAD_USER_INPUT", map[string]string{"argument": "input.name"}},
		{&page.ArgumentError{Argument: "first", Message: "x"}, "BAD_USER_INPUT", map[string]string{"argument": "first"}},
		{&lxd.OperationError{Operation: &lxd.Operation{UUID: "u", StatusCode: 400, Err: "x"}}, "OPERATION_FAILED", map[string]string{"operationId": (&lxd.Operation{UUID: "u"}).ID()}},
		{&lxd.OperationError{Operation: &lxd.Operation{StatusCode: 400, Err: `This "instances" entry already exists`}}, "ALREADY_EXISTS", nil},
		{&lxd.OperationError{Operation: &lxd.Operation{StatusCode: 401}}, "OPERATION_CANCELLED", nil},
		{&lxd.LaggedError{Cursor: "c"}, "SUBSCRIPTION_LAGGED", map[string]string{"cursor": "c"}},
		{&lxd.LimitError{Message: "x"}, "LIMIT_EXCEEDED", nil},
		{context.DeadlineExceeded, "TIMEOUT", nil},
		{&gqlerror.Error{Message: "x", Extensions: map[string]any{"code": "GRAPHQL_PARSE_FAILED"}}, "GRAPHQL_PARSE_FAILED", nil},
	} {
		shown := present(ctx, row.err)
		if shown.Extensions["code"] != row.code {
			t.Errorf("%v: %v, want %s", row.err, shown.Extensions["code"], row.code)
		}
		for key, want := range row.extensions {
			if shown.Extensions[key] != want {
				t.Errorf("%v: %s is %v, want %s", row.err, key, shown.Extensions[key], want)
			}
		}
		if shown.Message == "" || strings.Contains(shown.Message, "hunter2") {
			t.Errorf("%v: message %q", row.err, shown.Message)
		}
	}
}
