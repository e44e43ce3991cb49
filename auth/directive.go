package auth

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// HasRole is the directive @hasRole: it resolves the field for a caller that
// has the role, or a higher one, globally or in any project. Anybody else gets
// ErrUnauthenticated when nobody is logged in, and ErrForbidden otherwise.
func HasRole(ctx context.Context, _ any, next graphql.Resolver, role Role) (any, error) {
	return LoggedIn(ctx, nil, func(ctx context.Context) (any, error) {
		if !From(ctx).Has(role) {
			return nil, &refusal{fmt.Sprintf("this needs the role %s, which you have in no project", role), ErrForbidden}
		}
		return next(ctx)
	})
}

// LoggedIn is the directive @loggedIn: it resolves the field for whoever is
// logged in, with or without a role. A read-only token changes nothing by it.
func LoggedIn(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
	identity := From(ctx)
	if identity == nil {
		return nil, ErrUnauthenticated
	}
	if identity.ReadOnly() && changes(ctx) {
		return nil, &refusal{"this token is read-only", ErrForbidden}
	}
	return next(ctx)
}

// changes says whether a mutation is asked.
func changes(ctx context.Context) bool {
	if !graphql.HasOperationContext(ctx) {
		return false
	}
	operation := graphql.GetOperationContext(ctx).Operation
	return operation != nil && operation.Operation == ast.Mutation
}

// Public is the directive @public: it resolves the field for everybody.
func Public(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
	return next(ctx)
}
