package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/lxdql/lxdql/server/transport"
)

// webSocket is the WebSocket transport with what it asks of the server. It also
// tells the resolvers how a subscription says why it ends.
func webSocket(config *Config, resolver *resolvers.Resolver, service *auth.Service, log *slog.Logger) *transport.WebSocket {
	present := presenter(log)
	resolver.EndStream = func(ctx context.Context, reason error) {
		transport.EndStream(ctx, present(ctx, reason))
	}
	return &transport.WebSocket{
		Init: func(ctx context.Context, authorization string) (context.Context, time.Time, error) {
			identity, err := caller(ctx, service, authorization)
			if err != nil {
				return ctx, time.Time{}, err
			}
			return auth.With(ctx, identity), identity.ExpiresAt, nil
		},
		Renew: func(ctx context.Context, authorization string) (time.Time, error) {
			identity, err := caller(ctx, service, authorization)
			if err != nil {
				return time.Time{}, err
			}
			if identity.User.ID != auth.From(ctx).User.ID {
				return time.Time{}, errors.New("this is another user's token: open another socket for it")
			}
			return identity.ExpiresAt, nil
		},
		CheckOrigin: originAllowed(config.origins()),
	}
}

func caller(ctx context.Context, service *auth.Service, authorization string) (*auth.Identity, error) {
	if identity := auth.From(ctx); identity != nil && authorization == "" {
		return identity, nil // the request that became the socket said who it is
	}
	token := bearer(authorization)
	if token == "" {
		return nil, auth.ErrUnauthenticated
	}
	return service.Authenticate(ctx, token)
}

// originAllowed decides about browsers only: what is no browser sends no Origin.
func originAllowed(origins []string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		origin := r.Header.Get("Origin")
		if origin == "" || slices.Contains(origins, "*") || slices.Contains(origins, origin) {
			return true
		}
		from, err := url.Parse(origin)
		return err == nil && from.Host == r.Host
	}
}
