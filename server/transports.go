package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/relay"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/lxdql/lxdql/server/transport"
)

// webSocket is the WebSocket transport with what it asks of the server. It also
// tells the resolvers how a subscription says why it ends.
func webSocket(running context.Context, config *Config, resolver *resolvers.Resolver, service *auth.Service, present *attendance, together *transport.Feeds, log *slog.Logger) *transport.WebSocket {
	show := presenter(log)
	resolver.EndStream = func(ctx context.Context, reason error) {
		transport.EndStream(ctx, show(ctx, reason))
	}
	resolver.Mark = transport.Mark
	resolver.SetCookie = setCookie
	return &transport.WebSocket{
		Detach: func(request context.Context) context.Context { return detached(running, request) },
		Init: func(ctx context.Context, authorization string) (*transport.Caller, error) {
			identity, err := caller(ctx, service, authorization)
			if err != nil {
				return nil, err
			}
			if err := present.socket(ctx, identity); err != nil {
				return nil, err
			}
			return asking(ctx, service, identity), nil
		},
		Renew: func(ctx, now context.Context, authorization string) (*transport.Caller, error) {
			identity, err := caller(ctx, service, authorization)
			if err != nil {
				return nil, err
			}
			if identity.User.ID != auth.From(now).User.ID {
				return nil, errors.New("this is another user's token: open another socket for it")
			}
			return asking(ctx, service, identity), nil
		},
		Check:       stillAsking(service),
		Admit:       present.subscription,
		Feeds:       together,
		CheckOrigin: originAllowed(config.origins()),
	}
}

// detached is running with what is known of a request: who asks and from where,
// whether by this machine, and what the request is called. What middlewares put
// into a context for operations is taken over here, or sockets do not have it.
func detached(running, request context.Context) context.Context {
	ctx := auth.WithOrigin(running, auth.OriginOf(request))
	ctx = relay.At(ctx, relay.OriginOf(request))
	for _, key := range []any{middleware.RequestIDKey, localKey{}, refusedKey{}} {
		if value := request.Value(key); value != nil {
			ctx = context.WithValue(ctx, key, value)
		}
	}
	if identity := auth.From(request); identity != nil {
		ctx = auth.With(ctx, identity)
	}
	return ctx
}

func caller(ctx context.Context, service *auth.Service, authorization string) (*auth.Identity, error) {
	if identity := auth.From(ctx); identity != nil && authorization == "" {
		return identity, nil // the request that became the socket said who it is
	}
	token := bearer(authorization)
	if token == "" {
		return nil, auth.ErrUnauthenticated
	}
	identity, err := service.Authenticate(ctx, token)
	return identity, unavailable(err)
}

// asking is a caller on a socket, who is watched from now on.
func asking(ctx context.Context, service *auth.Service, identity *auth.Identity) *transport.Caller {
	watched, release := service.Watch(ctx, identity)
	return &transport.Caller{Context: auth.With(watched, identity), Until: identity.ExpiresAt, Release: release}
}

// stillAsking tells who a caller is by now.
func stillAsking(service *auth.Service) func(context.Context) (context.Context, error) {
	return func(ctx context.Context) (context.Context, error) {
		identity := auth.From(ctx)
		if identity == nil {
			return ctx, nil
		}
		identity, err := service.Recheck(ctx, identity)
		if err != nil {
			return nil, unavailable(err)
		}
		return auth.With(ctx, identity), nil
	}
}

// unavailable tells what is no refusal from what is one.
func unavailable(err error) error {
	if err == nil || errors.Is(err, auth.ErrUnauthenticated) {
		return err
	}
	return transport.ErrUnavailable
}

// stream is the transport of requests and event streams. A stream ends with the
// token that it was asked with.
func stream(config *Config, service *auth.Service, present *attendance, together *transport.Feeds) transport.HTTP {
	return transport.HTTP{
		Watch: func(ctx context.Context) (context.Context, func()) {
			identity := auth.From(ctx)
			if identity == nil {
				return ctx, func() {}
			}
			watched, release := service.Watch(ctx, identity)
			if identity.ExpiresAt.IsZero() {
				return watched, release
			}
			timed, cancel := context.WithDeadlineCause(watched, identity.ExpiresAt, auth.ErrTokenExpired)
			return timed, func() { cancel(); release() }
		},
		Check: stillAsking(service),
		Admit: present.subscription,
		Uploads: &transport.Uploads{
			MaxBytes: int64(config.UploadMaxMiB) << 20, Quiet: config.quiet(), At: make(chan struct{}, uploadsAtOnce),
			Known: func(ctx context.Context) bool { return auth.From(ctx) != nil },
		},
		Feeds: together,
	}
}

// uploadsAtOnce bounds the GraphQL requests that hold files.
const uploadsAtOnce = 16

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
