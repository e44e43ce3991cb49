package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lxdql/lxdql/auth"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// refusedKey holds why a request is anonymous although it brought a token.
type refusedKey struct{}

// identify puts the caller into the request's context. A token that is no good
// makes the request anonymous and does not refuse it: an expired header must
// not be in the way of refreshToken. A store that cannot be read is no such
// token: then nobody can be told from anybody, and nothing is answered.
func identify(service *auth.Service, config *Config, log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, refused := credential(r, config.AllowQueryKey)
			cookie := false
			if token == "" && refused != errSeveral {
				brought, err := fromCookie(r, config.origins())
				if token, cookie = brought, brought != ""; cookie || err != nil {
					refused = err
				}
			}
			ctx := withCookie(r.Context(), w, r, config.origins())
			if refused != nil {
				ctx = context.WithValue(ctx, refusedKey{}, refused)
			}
			ctx, err := withIdentity(ctx, service, token)
			if err == nil && cookie {
				err = renewed(ctx, service)
			}
			if err != nil {
				log.ErrorContext(r.Context(), "the caller cannot be identified", "error", err)
				http.Error(w, `{"errors":[{"message":"who you are cannot be looked up right now: try again in a moment","extensions":{"code":"INTERNAL"}}]}`, http.StatusServiceUnavailable)
				return
			}
			known := r.WithContext(ctx)
			known.URL = withoutCredential(r.URL)
			if known.URL != r.URL {
				known.RequestURI = known.URL.RequestURI()
			}
			next.ServeHTTP(w, known)
		})
	}
}

func withIdentity(ctx context.Context, service *auth.Service, token string) (context.Context, error) {
	if token == "" {
		return ctx, nil
	}
	identity, err := service.Authenticate(ctx, token)
	switch {
	case errors.Is(err, auth.ErrUnauthenticated):
		return context.WithValue(ctx, refusedKey{}, err), nil
	case err != nil:
		return ctx, err
	}
	return auth.With(ctx, identity), nil
}

// bearer is the token of "Bearer …"; "" for none.
func bearer(authorization string) string {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// anonymousAccess refuses a caller that has not logged in before anything of
// its question is executed, unless all that it asks for is public.
type anonymousAccess struct{}

var _ graphql.OperationContextMutator = anonymousAccess{}

// ExtensionName is the name that gqlgen knows it by.
func (anonymousAccess) ExtensionName() string { return "AnonymousAccess" }

// Validate has nothing to check.
func (anonymousAccess) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses; it changes nothing.
func (anonymousAccess) MutateOperationContext(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if auth.From(ctx) != nil {
		return nil
	}
	for _, field := range graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{"Query", "Mutation", "Subscription"}) {
		if !isPublic(field.Field) {
			return unauthenticated(ctx, field.Name)
		}
	}
	return nil
}

func isPublic(field *ast.Field) bool {
	return strings.HasPrefix(field.Name, "__") || (field.Definition != nil && field.Definition.Directives.ForName("public") != nil)
}

func unauthenticated(ctx context.Context, field string) *gqlerror.Error {
	reason := "log in first and send the token as `Authorization: Bearer …`"
	if refused, ok := ctx.Value(refusedKey{}).(error); ok {
		reason = refused.Error()
	}
	refusal := gqlerror.Errorf("%s is not for anonymous callers: %s", field, reason)
	refusal.Extensions = map[string]any{"code": "UNAUTHENTICATED"}
	return refusal
}

func stack() string { return string(debug.Stack()) }
