package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"
	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// perRequest is how much of a question's cost one request stands for.
const perRequest = 20_000

// rateLimit bounds how much a user, or an address that nobody has logged in
// from, may ask in a sliding window. It is one extension and one middleware:
// the middleware counts requests, the extension what is in them.
type rateLimit struct {
	limiter *httprate.RateLimiter // nil: nothing is limited
	max     int
	window  time.Duration
}

func newRateLimit(config *Config) *rateLimit {
	limit := &rateLimit{max: config.RateLimitMax, window: time.Duration(config.RateLimitWindow) * time.Second}
	if config.RateLimitEnabled {
		limit.limiter = httprate.NewRateLimiter(limit.max, limit.window)
	}
	return limit
}

type countedKey struct{}

// counted is a request that was counted; its headers can still be written.
type counted struct{ w http.ResponseWriter }

// requests counts each request as one, and refuses what is over the limit.
func (l *rateLimit) requests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.limiter == nil || isLocal(r.Context()) {
			next.ServeHTTP(w, r)
			return
		}
		if l.limiter.OnLimit(w, r, payer(r.Context())) {
			l.refuse(w, r)
			return
		}
		if !websocket.IsWebSocketUpgrade(r) {
			r = r.WithContext(context.WithValue(r.Context(), countedKey{}, counted{w}))
		}
		next.ServeHTTP(w, r)
	})
}

// payer is who pays: the user with all sessions and tokens, or the address; of
// IPv6 the network, since a host has as many addresses as it likes.
func payer(ctx context.Context) string {
	if caller := auth.From(ctx); caller != nil {
		return "user " + strconv.FormatInt(caller.User.ID, 10)
	}
	return "address " + auth.OriginOf(ctx).Network()
}

// retryAfter is when there is room again, in seconds: in the next window, when
// what was asked in this one counts less.
func (l *rateLimit) retryAfter(headers http.Header) int {
	reset, _ := strconv.ParseInt(headers.Get("X-RateLimit-Reset"), 10, 64)
	left := max(0, reset-time.Now().Unix())
	return int(left) + int(l.window.Seconds())/l.max + 1
}

func (l *rateLimit) refuse(w http.ResponseWriter, r *http.Request) {
	after := l.retryAfter(w.Header())
	w.Header().Set("Retry-After", strconv.Itoa(after))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusTooManyRequests)
	refusal := l.exceeded(after)
	refusal.Extensions["requestId"] = middleware.GetReqID(r.Context())
	json.NewEncoder(w).Encode(map[string]any{
		"status": "error", "error": "Rate limit exceeded", "retry_after_seconds": after, "limit": l.max, "window_seconds": int(l.window.Seconds()),
		"errors": gqlerror.List{refusal},
	})
}

func (l *rateLimit) exceeded(after int) *gqlerror.Error {
	refusal := gqlerror.Errorf("Rate limit exceeded: there is room again in %d s", after)
	refusal.Extensions = map[string]any{"code": "RATE_LIMITED", "retryAfterSeconds": after, "limit": l.max, "windowSeconds": int(l.window.Seconds())}
	return refusal
}

var _ graphql.OperationContextMutator = (*rateLimit)(nil)

// ExtensionName is the name that gqlgen knows it by.
func (*rateLimit) ExtensionName() string { return "RateLimit" }

// Validate has nothing to check.
func (*rateLimit) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext counts what a question costs: a heavy one as several
// requests, and each of a socket as one.
func (l *rateLimit) MutateOperationContext(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if l.limiter == nil || isLocal(ctx) {
		return nil
	}
	amount := 0
	if cost, ok := operation.Stats.GetExtension("cost").(map[string]any); ok {
		requested, _ := cost["requested"].(int)
		amount = min(requested/perRequest, l.max/2) // one question alone never takes all
	}
	var w http.ResponseWriter = unwritten{}
	if counted, ok := ctx.Value(countedKey{}).(counted); ok {
		w = counted.w
	} else {
		amount++
	}
	request := (&http.Request{}).WithContext(httprate.WithIncrement(ctx, amount))
	if amount == 0 || !l.limiter.OnLimit(w, request, payer(ctx)) {
		return nil
	}
	return l.exceeded(l.retryAfter(w.Header()))
}

// unwritten takes the headers of what has no answer of its own.
type unwritten http.Header

// Header returns the headers.
func (u unwritten) Header() http.Header { return http.Header(u) }

// Write is never called.
func (unwritten) Write(data []byte) (int, error) { return len(data), nil }

// WriteHeader is never called.
func (unwritten) WriteHeader(int) {}

func (c *Config) checkRateLimit() error {
	if c.RateLimitEnabled && (c.RateLimitMax < 1 || c.RateLimitWindow < 1) {
		return fmt.Errorf("RATE_LIMIT_MAX is %d and RATE_LIMIT_WINDOW_SECONDS %d: both have to be 1 or more; RATE_LIMIT_ENABLED=false limits nothing", c.RateLimitMax, c.RateLimitWindow)
	}
	return nil
}
