package server

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/relay"
	"github.com/lxdql/lxdql/resolvers"
)

// byteStreams carries files and archives, with what that asks of the server.
func byteStreams(config *Config, resolver *resolvers.Resolver, log *slog.Logger) *relay.Streams {
	cut := func(r *http.Request, err error) {
		log.WarnContext(r.Context(), "an answer was broken off", "error", err, "path", r.URL.Path, "requestId", middleware.GetReqID(r.Context()))
	}
	carrier := &relay.Streams{LXD: resolver.LXD, Work: resolver.Work, Refuse: refusal(log), Cut: cut, Quiet: config.quiet(), Keep: keepStream(resolver.Journal)}
	if resolver.Mirror != nil {
		carrier.CaughtUp = resolver.Mirror.CaughtUp
	}
	return carrier
}

// streams serves them, to who has logged in.
func streams(carrier *relay.Streams, service *auth.Service) func(chi.Router) {
	return func(router chi.Router) {
		router.Use(loggedIn, watched(service))
		carrier.Routes(router)
	}
}

// loggedIn refuses everybody else, in the words of an API.
func loggedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if auth.From(r.Context()) == nil {
			refused(w, r, http.StatusUnauthorized, map[string]any{"error": "Missing or invalid API key", "code": "UNAUTHENTICATED"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// statuses are the HTTP statuses of the codes, where there is no GraphQL.
var statuses = map[string]int{
	"UNAUTHENTICATED": http.StatusUnauthorized, "FORBIDDEN": http.StatusForbidden, "NOT_FOUND": http.StatusNotFound,
	"ALREADY_EXISTS": http.StatusConflict, "CONFLICT": http.StatusConflict, "PRECONDITION_FAILED": http.StatusPreconditionFailed,
	"BAD_USER_INPUT": http.StatusBadRequest, "CURSOR_EXPIRED": http.StatusGone, "RATE_LIMITED": http.StatusTooManyRequests, "LIMIT_EXCEEDED": http.StatusInsufficientStorage, "TIMEOUT": http.StatusRequestTimeout,
	"OPERATION_FAILED": http.StatusUnprocessableEntity, "OPERATION_CANCELLED": http.StatusConflict, "LXD_ERROR": http.StatusBadGateway,
	"LXD_UNAVAILABLE": http.StatusServiceUnavailable, "LXD_NOT_TRUSTED": http.StatusBadGateway, "LXD_CERTIFICATE_CHANGED": http.StatusBadGateway,
	"LXD_EXTENSION_MISSING": http.StatusNotImplemented, "INTERNAL": http.StatusInternalServerError,
}

// refusal tells an error of the rooms over HTTP, by the same codes as GraphQL.
func refusal(log *slog.Logger) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		code, details := classify(err)
		told := map[string]any{"error": err.Error(), "code": code}
		for key, detail := range details {
			if detail != "" {
				told[key] = detail
			}
		}
		switch {
		case code == "INTERNAL":
			log.ErrorContext(r.Context(), "internal error", "error", err, "requestId", middleware.GetReqID(r.Context()), "path", r.URL.Path)
			told["error"] = "internal error: tell the administrator the request's id"
		case err == auth.ErrUnauthenticated:
			told["error"] = "Missing or invalid API key"
		}
		status := statuses[code]
		if status == 0 {
			status = http.StatusInternalServerError
		}
		refused(w, r, status, told)
	}
}

func refused(w http.ResponseWriter, r *http.Request, status int, told map[string]any) {
	told["status"] = "error"
	if id := middleware.GetReqID(r.Context()); id != "" {
		told["requestId"] = id
	}
	for _, name := range []string{"Content-Disposition", "Content-Length", "Trailer", "X-File-Size"} {
		w.Header().Del(name)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(told)
}
