package server

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/relay"
)

// execRelay carries commands and consoles, with what they ask of the server.
func execRelay(config *Config, client *lxd.Client, service *auth.Service, told *journal.Journal, log *slog.Logger) *relay.Relay {
	return &relay.Relay{
		LXD: client, Keep: keepStream(told), Tell: tell(log), Refuse: refusal(log), Recheck: service.Recheck, Watch: service.Watch,
		Identify: func(ctx context.Context, authorization string) (*auth.Identity, error) {
			return caller(ctx, service, authorization)
		},
		CheckOrigin: originAllowed(config.origins()),
	}
}

// keepStream writes into the audit trail what is done beside GraphQL.
func keepStream(told *journal.Journal) func(ctx context.Context, action, project string, arguments map[string]any, refused error) error {
	return func(ctx context.Context, action, project string, arguments map[string]any, refused error) error {
		event := &journal.AuditEvent{
			CreatedAt: lxd.Time{Time: time.Now().UTC()}, Action: action, Input: journal.InputOf(arguments), InProject: project, RequestID: middleware.GetReqID(ctx),
		}
		event.Address = auth.OriginOf(ctx).Address
		if caller := auth.From(ctx); caller != nil && caller.User != nil {
			event.UserID, event.Username, event.Token = caller.User.ID, caller.User.Username, caller.Key()
		}
		if refused != nil {
			event.ErrorCode, _ = classify(refused)
		}
		return told.Audit(ctx, event)
	}
}

// execRoutes are commands, consoles and logs beside GraphQL. A WebSocket's caller is
// known by its ticket; of all else an anonymous caller gets nothing.
func execRoutes(router chi.Router, carrier *relay.Relay) {
	router.Route("/api/v1/instances/{name}", func(router chi.Router) {
		router.Get("/exec", carrier.ServeExec)
		router.Get("/exec/ws", carrier.ServeExec)
		router.Get("/console", carrier.ServeConsole)
		router.Group(func(router chi.Router) {
			router.Use(knownOnly(carrier))
			for path, handler := range map[string]http.HandlerFunc{"/logs/{log}": carrier.ServeLog, "/logs/exec-output/{output}": carrier.ServeExecOutput} {
				router.Get(path, handler)
				router.Head(path, handler)
				router.Delete(path, handler)
			}
		})
	})
}

// ticketAlias takes the parameter token of …/exec/ws for the one-time ticket that
// it is, before anybody takes it for an API token.
func ticketAlias(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/exec/ws") {
			query, address := r.URL.Query(), *r.URL
			query.Set("ticket", query.Get("token"))
			query.Del("token")
			address.RawQuery = query.Encode()
			r = r.Clone(r.Context())
			r.URL = &address
		}
		next.ServeHTTP(w, r)
	})
}

// knownOnly refuses anonymous callers.
func knownOnly(carrier *relay.Relay) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if auth.From(r.Context()) == nil {
				reason := auth.ErrUnauthenticated
				if refused, ok := r.Context().Value(refusedKey{}).(error); ok {
					reason = refused
				}
				carrier.Refuse(w, r, reason)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
