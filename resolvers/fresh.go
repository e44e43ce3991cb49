package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lxdql/lxdql/mirror"
)

// AroundRootFields lets a root field, and all below it, read from where its
// argument freshness says.
func (r *Resolver) AroundRootFields(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	field := graphql.GetRootFieldContext(ctx)
	if field != nil && asksLive(ctx, field.Field) {
		ctx = r.doubting(ctx)
	}
	return next(ctx)
}

func asksLive(ctx context.Context, field graphql.CollectedField) bool {
	if field.Definition == nil || field.Definition.Arguments.ForName("freshness") == nil {
		return false
	}
	return field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)["freshness"] == string(mirror.FreshnessLive)
}

// ForResponse puts loaders into the context of one response. What a subscription
// tells is read from LXD: memory may not have heard yet what is told.
func (r *Resolver) ForResponse(ctx context.Context) context.Context {
	if graphql.HasOperationContext(ctx) {
		if operation := graphql.GetOperationContext(ctx).Operation; operation != nil && operation.Operation == ast.Subscription {
			return r.live(ctx)
		}
	}
	return r.WithLoaders(ctx)
}

// Changing makes a change. What it looks at is LXD's; it is answered when memory
// has seen what it did, so that the caller and everybody after it do too.
func (r *Resolver) Changing(ctx context.Context, change func() (any, error)) (any, error) {
	if r.Mirror == nil {
		return change()
	}
	r.again(ctx, true)
	result, err := change()
	r.caughtUp(ctx)
	r.again(ctx, false)
	return result, err
}

// caughtUp waits until memory has seen what lxdql has changed.
func (r *Resolver) caughtUp(ctx context.Context) {
	if r.Mirror != nil {
		r.Mirror.CaughtUp(ctx)
	}
}
