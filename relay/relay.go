package relay

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// maxStreams bounds what is carried at once.
const maxStreams = 1000

// Relay carries byte streams. It is used by pointer; what is asked of the
// server stands in its exported fields.
type Relay struct {
	LXD *lxd.Client
	// Tell is an error's code and message, as GraphQL would give them.
	Tell func(error) (code, message string)
	// Refuse answers a request with an error.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
	// Identify says who an authorization ("Bearer …") is.
	Identify func(ctx context.Context, authorization string) (*auth.Identity, error)
	// Recheck is the identity as it is now; an error when it is not good any more.
	Recheck func(ctx context.Context, identity *auth.Identity) (*auth.Identity, error)
	// Watch is a context that ends when the caller may not ask any more.
	Watch func(ctx context.Context, identity *auth.Identity) (watched context.Context, release func())
	// Keep writes into the audit trail what a caller did, or was refused, that is no mutation.
	Keep func(ctx context.Context, action, project string, arguments map[string]any, refused error) error
	// CheckOrigin decides about a browser's Origin.
	CheckOrigin func(*http.Request) bool

	tickets Tickets
	screens screens
	streams sync.WaitGroup
	mutex   sync.Mutex
	open    int
}

// Wait returns when all streams have ended. They end when the contexts of their
// requests do.
func (r *Relay) Wait() { r.streams.Wait() }

// enter counts a stream; leave has to be called at its end.
func (r *Relay) enter() (leave func(), err error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.open >= maxStreams {
		return nil, &lxd.LimitError{Message: "there are 1000 streams open already, the most that this server takes: try again later"}
	}
	r.open++
	r.streams.Add(1)
	return func() {
		r.mutex.Lock()
		r.open--
		r.mutex.Unlock()
		r.streams.Done()
	}, nil
}

type originKey struct{}

// WithOrigin remembers where the caller reached us, so that what is handed out
// are whole addresses: "https://host". TLS in front of us says so by
// X-Forwarded-Proto; the answer goes to nobody but who sent it.
func WithOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme := "http"
		if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
			scheme = "https"
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), originKey{}, scheme+"://"+r.Host)))
	})
}

// Address is a whole address of ours for the caller of ctx; without an origin
// it is the path. Parameters come in pairs; empty ones are left out.
func Address(ctx context.Context, path string, parameters ...string) string {
	origin, _ := ctx.Value(originKey{}).(string)
	query := url.Values{}
	for n := 0; n+1 < len(parameters); n += 2 {
		if parameters[n+1] != "" {
			query.Set(parameters[n], parameters[n+1])
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return origin + path
}

// socketAddress is Address for a WebSocket.
func socketAddress(ctx context.Context, path string, parameters ...string) string {
	address := Address(ctx, path, parameters...)
	if rest, ok := strings.CutPrefix(address, "http"); ok {
		return "ws" + rest
	}
	return address
}

// instancePath is the path of something of an instance.
func instancePath(name, rest string) string {
	return "/api/v1/instances/" + url.PathEscape(name) + "/" + rest
}

// named is the instance that a request names.
func named(r *http.Request) string { return segment(r, "name") }

// project is the one that a request names.
func project(r *http.Request) string {
	if name := r.URL.Query().Get("project"); name != "" {
		return name
	}
	return "default"
}
