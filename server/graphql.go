package server

import (
	"context"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// maxTokens bounds what is parsed of a query.
	maxTokens = 15_000
	// cachedQueries is how many parsed and validated queries are kept.
	cachedQueries = 1000
)

// executable is the schema with what answers it.
func executable(resolver *resolvers.Resolver) graphql.ExecutableSchema {
	return graph.NewExecutableSchema(graph.Config{
		Resolvers:  resolver,
		Directives: graph.DirectiveRoot{HasRole: auth.HasRole, Public: auth.Public},
	})
}

// graphQL answers queries over the given transports.
func graphQL(resolver *resolvers.Resolver, log *slog.Logger, transports ...graphql.Transport) *handler.Server {
	server := handler.New(executable(resolver))
	for _, transport := range transports {
		server.AddTransport(transport)
	}
	server.SetQueryCache(lru.New[*ast.QueryDocument](cachedQueries))
	server.SetParserTokenLimit(maxTokens)
	server.SetErrorPresenter(presenter(log))
	server.SetRecoverFunc(recovered(log))
	server.Use(extension.Introspection{})
	server.Use(noDefer{})
	server.Use(complexity{})
	server.Use(anonymousAccess{})
	server.AroundResponses(told(log))
	server.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		response := next(resolver.WithLoaders(ctx))
		if response != nil {
			withRequestID(ctx, response)
		}
		return response
	})
	return server
}

// withRequestID puts the request's id into every response, so that a person
// can name the one that went wrong.
func withRequestID(ctx context.Context, response *graphql.Response) {
	id := middleware.GetReqID(ctx)
	if id == "" {
		return
	}
	extend(response, "requestId", id)
}
