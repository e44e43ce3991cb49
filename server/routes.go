package server

import (
	"bytes"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/health"
	"github.com/lxdql/lxdql/relay"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/lxdql/lxdql/server/transport"
	"github.com/lxdql/lxdql/web"
	"github.com/vektah/gqlparser/v2/formatter"
)

// endpoints are the paths, as people are told them.
var endpoints = []*health.HTTPEndpoint{
	{Methods: "GET, POST", Path: "/graphql", Description: "GraphQL: queries by both, mutations and subscriptions (as server-sent events) by POST, everything by WebSocket"},
	{Methods: "GET, HEAD", Path: "/", Description: "GraphiQL, in which people ask"},
	{Methods: "GET, HEAD", Path: "/docs", Description: "redirects to GraphiQL"},
	{Methods: "GET, HEAD", Path: "/playground", Description: "redirects to GraphiQL"},
	{Methods: "GET", Path: "/terminal/{project}/{instance}", Description: "a terminal in an instance"},
	{Methods: "GET", Path: "/api/v1/instances/{name}/exec", Description: "WebSocket of a command inside an instance, with a ticket of createExecSession; /exec/ws?token= is the same"},
	{Methods: "GET", Path: "/api/v1/instances/{name}/console", Description: "WebSocket of an instance's console, with a ticket of createConsoleSession"},
	{Methods: "GET, HEAD, DELETE", Path: "/api/v1/instances/{name}/logs/{log}", Description: "a log of an instance"},
	{Methods: "GET, HEAD, DELETE", Path: "/api/v1/instances/{name}/logs/exec-output/{output}", Description: "what a command printed whose output LXD has recorded"},
	{Methods: "GET, HEAD", Path: "/schema.graphql", Description: "the schema as text, which is the manual"},
	{Methods: "GET, HEAD", Path: "/health", Description: "whether the server works: 503 when LXD or the database is away"},
	{Methods: "GET, HEAD", Path: "/metrics", Description: "how the server does, for Prometheus; with METRICS_TOKEN set, for who sends that"},
	{Methods: "GET", Path: "/api/v1/journal.ndjson", Description: "what happened, as lines of JSON: kind=events, operations or audit"},
	{Methods: "GET, HEAD", Path: "/health/check", Description: "the same as /health"},
	{Methods: "GET, HEAD, PUT, POST, DELETE", Path: "/api/v1/instances/{name}/files/{path}", Description: "an instance's files: read, list, write, and what the parameter action says"},
	{Methods: "GET", Path: "/api/v1/instances/{name}/export", Description: "an instance as an archive; …/backups/{backup}/export is a backup that is kept"},
	{Methods: "POST", Path: "/api/v1/instances/import", Description: "makes an instance from an archive"},
	{Methods: "GET", Path: "/api/v1/storage-pools/{pool}/volumes/{name}/export", Description: "a custom volume as an archive; …/backups/{backup}/export is a backup that is kept"},
	{Methods: "POST", Path: "/api/v1/storage-pools/{pool}/volumes/import", Description: "makes a custom volume from an archive, or puts it into the place of one"},
	{Methods: "GET", Path: "/api/v1/images/{fingerprint}/export", Description: "an image as one file, or as a zip of two"},
	{Methods: "POST", Path: "/api/v1/images/import", Description: "makes an image from one file or from two"},
	{Methods: "GET", Path: "/api/v1/{kind}.ndjson", Description: "a root list of GraphQL as lines of JSON"},
}

// routes are all that the server answers.
func routes(config *Config, resolver *resolvers.Resolver, planned *plan.Plan, kept *answers, sockets *transport.WebSocket, service *auth.Service, present *attendance, together *transport.Feeds, log *slog.Logger) http.Handler {
	router := chi.NewRouter()
	router.Use(requestID, client(config, log), logged(log), middleware.Recoverer)
	router.Use(cors.Handler(cors.Options{
		AllowedOrigins: config.origins(),
		AllowedMethods: []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodHead, http.MethodOptions},
		AllowedHeaders: []string{"Accept", "Authorization", "Content-Type", "X-Request-ID", "X-API-Key", "PRIVATE-TOKEN", csrfHeader, "Range", "If-Range", "Apollo-Require-Preflight", "GraphQL-Require-Preflight"},
		// A cookie is no help to a page of an origin that nobody has named.
		AllowCredentials: !slices.Contains(config.origins(), "*"),
		ExposedHeaders: []string{"X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After",
			"X-Operation-ID", "ETag", "X-File-Size", "Content-Range", "Content-Disposition", "Repr-Digest"},
		MaxAge: 600,
	}))
	limit := newRateLimit(config)
	known := router.With(ticketAlias, identify(service, config, log), limit.requests)
	ask := graphQL(resolver, planned, kept, limit, log, sockets, stream(config, service, present, together))
	execRoutes(known, resolver.Relay)
	known.With(relay.WithOrigin).Handle("/graphql", ask)
	known.With(loggedIn, watched(service)).Get("/api/v1/{kind}.ndjson", ndjson(executable(resolver).Schema(), ask, refusal(log)))
	known.With(watched(service)).Get("/api/v1/journal.ndjson", journalExport(resolver.Journal, refusal(log)))
	known.Group(streams(resolver.Streams, service))
	served := map[string]http.HandlerFunc{
		"/health":         healthCheck(resolver.Health),
		"/health/check":   healthCheck(resolver.Health),
		"/schema.graphql": schemaText(resolver),
		"/metrics":        metrics(&measured{plan: planned, mirror: resolver.Mirror, answers: kept}, config.MetricsToken).ServeHTTP,
		"/docs":           http.RedirectHandler("/", http.StatusFound).ServeHTTP,
		"/playground":     http.RedirectHandler("/", http.StatusFound).ServeHTTP,
	}
	for path, handler := range served {
		router.Get(path, handler)
		router.Head(path, handler) // by which load balancers and the like look after a server
	}
	router.Mount("/", web.Handler())
	return router
}

// logged writes one line for each request, without the query string, which may
// hold what nobody should read.
func logged(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			begun := time.Now()
			response := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			next.ServeHTTP(response, r)
			log.DebugContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path, "status", response.Status(),
				"bytes", response.BytesWritten(), "milliseconds", time.Since(begun).Milliseconds(),
				"requestId", middleware.GetReqID(r.Context()), "address", auth.OriginOf(r.Context()).Address)
		})
	}
}

// schemaText is the schema as text, made once.
func schemaText(resolver *resolvers.Resolver) http.HandlerFunc {
	var text bytes.Buffer
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchema(executable(resolver).Schema())
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/graphql; charset=utf-8")
		w.Write(text.Bytes())
	}
}
