package server

import (
	"context"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// maxTokens bounds what is parsed of a query.
	maxTokens = 4_000
	// cachedQueries is how many parsed and validated queries are kept.
	cachedQueries = 1000
)

// longestCached is how long a query may be that is kept, in bytes: anybody can
// send long ones, and what is parsed takes many times as much.
const longestCached = 16 << 10

// shortQueries keeps no query that is longer.
type shortQueries struct {
	graphql.Cache[*ast.QueryDocument]
}

// Add keeps a query.
func (c shortQueries) Add(ctx context.Context, query string, parsed *ast.QueryDocument) {
	if len(query) <= longestCached {
		c.Cache.Add(ctx, query, parsed)
	}
}

// executable is the schema with what answers it.
func executable(resolver *resolvers.Resolver) graphql.ExecutableSchema {
	return graph.NewExecutableSchema(graph.Config{Resolvers: resolver, Directives: directives(resolver)})
}

func directives(resolver *resolvers.Resolver) graph.DirectiveRoot {
	audit := auditor{resolver.Journal, resolver.Changing}
	return graph.DirectiveRoot{HasRole: audit.hasRole, LoggedIn: audit.loggedIn, Public: audit.public}
}

// graphQL answers queries over the given transports; what is below their
// fields by the plan, where there is one.
func graphQL(resolver *resolvers.Resolver, planned *plan.Plan, kept *answers, limit *rateLimit, log *slog.Logger, transports ...graphql.Transport) *handler.Server {
	server := handler.New(executable(resolver))
	for _, transport := range transports {
		server.AddTransport(transport)
	}
	server.SetQueryCache(shortQueries{lru.New[*ast.QueryDocument](cachedQueries)})
	server.SetParserTokenLimit(maxTokens)
	server.SetErrorPresenter(presenter(log))
	server.SetRecoverFunc(recovered(log))
	server.Use(extension.Introspection{})
	server.Use(newPersistedQueries())
	server.Use(noDefer{})
	server.Use(knownConditions{})
	server.Use(&complexity{})
	server.Use(limit)
	server.Use(anonymousAccess{})
	server.AroundRootFields(resolver.AroundRootFields)
	server.AroundResponses(told(log))
	server.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		response := next(resolver.ForResponse(ctx))
		if response != nil {
			withRequestID(ctx, response)
		}
		return response
	})
	if kept != nil {
		server.AroundResponses(kept.aroundResponse)
	}
	if planned != nil {
		server.AroundResponses(planned.AroundResponse)
		server.AroundFields(planned.AroundField)
	}
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
