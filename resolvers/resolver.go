// Package resolvers answers the fields of the schema, each in a line or two:
// files are named like the .graphqls that they answer. What a caller may see
// is decided where LXD is asked, by the scope that every call takes.
package resolvers

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/health"
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
	"github.com/lxdql/lxdql/relay"
	"github.com/lxdql/lxdql/simplestreams"
	"github.com/lxdql/lxdql/trust"
	"github.com/lxdql/lxdql/work"
)

// Resolver holds what the fields are answered from.
type Resolver struct {
	LXD *lxd.Client
	Hub *lxd.Hub
	// Mirror is LXD's inventory in memory; nil asks LXD itself.
	Mirror *mirror.Mirror
	Work   *work.Manager
	// Journal is what happened.
	Journal *journal.Journal
	Auth    *auth.Service
	// Trust keeps whom we take for LXD.
	Trust *trust.Keeper
	// Relay carries byte streams.
	Relay *relay.Relay
	// Streams carries what comes and goes whole: files and archives.
	Streams *relay.Streams
	// Remotes are the image servers.
	Remotes *simplestreams.Client
	// Health asks what the server stands on; Endpoints are what it serves.
	Health    health.Checker
	Endpoints []*health.HTTPEndpoint
	// Tell is an error's code and message, for results that hold several.
	Tell func(error) (code, message string)
	// EndStream tells the transport why a subscription ended.
	EndStream func(ctx context.Context, reason error)
	// Mark tells the transport where the value stands that a subscription emits
	// next: 0 for one that stands nowhere.
	Mark func(ctx context.Context, place uint64, cursor string)
	// SetCookie sets the cookie of the answer to an access token, or with "" takes it away.
	SetCookie func(ctx context.Context, token string, until time.Time) error
}

// scope is the caller: it decides what the caller sees.
func scope(ctx context.Context) lxd.Scope { return auth.From(ctx) }

// administrator is the caller's scope over what only an ADMIN changes.
func administrator(ctx context.Context) lxd.Scope {
	return auth.Administrator{Identity: auth.From(ctx)}
}

// longestWait bounds the argument wait.
const longestWait = 300 * time.Second

// waiting reads the argument wait: null and 0 are not at all.
func waiting(seconds *int) (time.Duration, error) {
	if seconds == nil || *seconds == 0 {
		return 0, nil
	}
	if *seconds < 0 {
		return 0, &lxd.InputError{Argument: "wait", Message: "wait is a number of seconds, 1 to 300"}
	}
	return min(time.Duration(min(*seconds, 300))*time.Second, longestWait), nil
}

func value[T any](pointer *T) (zero T) {
	if pointer == nil {
		return zero
	}
	return *pointer
}
