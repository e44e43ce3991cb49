package server

import (
	"context"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/resolvers"
)

// transports are the ways that GraphQL comes in, in the order in which they are asked.
func transports(ctx context.Context, config *Config, resolver *resolvers.Resolver, service *auth.Service, log *slog.Logger) []graphql.Transport {
	present := presenter(log)
	resolver.EndStream = func(ctx context.Context, reason error) {
		transport.AddSubscriptionError(ctx, present(ctx, reason))
	}
	return []graphql.Transport{
		transport.Websocket{
			KeepAlivePingInterval: 25 * time.Second,
			InitTimeout:           10 * time.Second,
			InitFunc: func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
				identity, err := service.Authenticate(ctx, bearer(payload.Authorization()))
				if err != nil {
					return ctx, nil, err
				}
				return auth.With(ctx, identity), nil, nil
			},
		},
		transport.GET{}, transport.POST{},
	}
}
