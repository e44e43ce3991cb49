package server

import (
	"context"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// told tells what a question came to (see complexity.go), and what it has cost LXD: in extensions.lxd to those who may
// change something somewhere, and call by call in the log at debug level.
func told(log *slog.Logger) graphql.ResponseMiddleware {
	return func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		ctx, usage := lxd.WithUsage(ctx)
		response := next(ctx)
		calls, bytes, milliseconds := usage.Cost()
		if response == nil {
			return nil
		}
		if graphql.HasOperationContext(ctx) { // a request that cannot be read has none
			if counted, ok := graphql.GetOperationContext(ctx).Stats.GetExtension("cost").(map[string]any); ok {
				extend(response, "cost", counted)
			}
		}
		if auth.From(ctx).Has(auth.RoleOperator) {
			extend(response, "lxd", map[string]any{"calls": calls, "bytes": bytes, "milliseconds": milliseconds})
		}
		if calls > 0 {
			log.DebugContext(ctx, "asked LXD", "requestId", middleware.GetReqID(ctx), "calls", usage.Named(), "bytes", bytes, "milliseconds", milliseconds)
		}
		return response
	}
}

func extend(response *graphql.Response, name string, value any) {
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions[name] = value
}
