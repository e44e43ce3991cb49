package server

import (
	"context"
	"log/slog"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/relay"
	"github.com/lxdql/lxdql/server/transport"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// shared are the subscriptions that may be executed once for all who ask the
// same with the same rights. The others begin with what is each caller's own, or
// do something.
var shared = map[string]struct {
	resumes string   // the argument that is a cursor
	alone   []string // arguments with which it is each caller's own after all
}{
	"events": {resumes: "after"},
	// What is told with where depends on what was told before.
	"instanceChanged":      {alone: []string{"snapshot", "where"}},
	"storageVolumeChanged": {alone: []string{"snapshot"}},
	"networkChanged":       {alone: []string{"snapshot"}},
	"imageChanged":         {alone: []string{"snapshot"}},
	"projectChanged":       {alone: []string{"snapshot"}},
	"profileChanged":       {alone: []string{"snapshot"}},
}

// feeds are the subscriptions that are executed together. Running is of the
// executions, which are asked by nobody in particular: with the rights that all
// who are told have, and with nothing else of theirs.
func feeds(running context.Context, hub *lxd.Hub, log *slog.Logger) *transport.Feeds {
	show := presenter(log)
	return &transport.Feeds{
		Newest:    hub.Last,
		RequestID: middleware.GetReqID,
		Lagged: func(ctx context.Context, cursor string) *gqlerror.Error {
			return show(ctx, &lxd.LaggedError{Cursor: cursor})
		},
		Alike: func(ctx context.Context, field string, arguments map[string]any) (transport.Alike, bool) {
			return alike(ctx, running, hub, field, arguments)
		},
	}
}

func alike(ctx, running context.Context, hub *lxd.Hub, field string, arguments map[string]any) (transport.Alike, bool) {
	rule, ok := shared[field]
	rights, bare := auth.From(ctx).Rights()
	if !ok || bare == nil {
		return transport.Alike{}, false
	}
	for _, name := range rule.alone {
		if value := arguments[name]; value != nil && value != false {
			return transport.Alike{}, false
		}
	}
	origin := relay.OriginOf(ctx) // addresses in the answers are for where the caller is
	same := transport.Alike{
		Key: field + "\n" + origin + "\n" + rights, From: hub.Last(), Argument: rule.resumes,
		Begin: func() (context.Context, context.CancelFunc) {
			asked := context.WithValue(running, middleware.RequestIDKey, uuid.NewString())
			return context.WithCancel(relay.At(auth.With(asked, bare), origin))
		},
	}
	same.Cursor = hub.CursorOf(same.From)
	if after, ok := arguments[rule.resumes].(string); ok {
		cursor, err := lxd.ParseCursor(after)
		if err != nil {
			return same, false // which it is told when it is executed
		}
		if same.From, ok = hub.Place(cursor); !ok {
			return same, false
		}
		same.Resumes, same.Cursor = true, after
	}
	return same, true
}
