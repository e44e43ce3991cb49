package server

import (
	"bytes"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/lxdql/lxdql/server/transport"
	"github.com/lxdql/lxdql/web"
	"github.com/vektah/gqlparser/v2/formatter"
)

// routes are all that the server answers.
func routes(config *Config, resolver *resolvers.Resolver, sockets *transport.WebSocket, client *lxd.Client, database *db.DB, service *auth.Service, log *slog.Logger) http.Handler {
	router := chi.NewRouter()
	router.Use(requestID, logged(log), middleware.Recoverer)
	router.Use(cors.Handler(cors.Options{
		AllowedOrigins: config.origins(),
		AllowedMethods: []string{http.MethodGet, http.MethodPost, http.MethodOptions},
		AllowedHeaders: []string{"Accept", "Authorization", "Content-Type", "X-Request-ID"},
		ExposedHeaders: []string{"X-Request-ID"},
		MaxAge:         600,
	}))
	router.With(identify(service, log)).Handle("/graphql", graphQL(resolver, log, sockets, transport.HTTP{}))
	check := healthCheck(client, database)
	router.Get("/health", check)
	router.Get("/health/check", check)
	router.Get("/schema.graphql", schemaText(resolver))
	router.Get("/docs", http.RedirectHandler("/", http.StatusFound).ServeHTTP)
	router.Get("/playground", http.RedirectHandler("/", http.StatusFound).ServeHTTP)
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
				"requestId", middleware.GetReqID(r.Context()), "address", r.RemoteAddr)
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
