package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
	"github.com/lxdql/lxdql/relay"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/lxdql/lxdql/server/transport"
)

// answers are whole answers, kept for as long as nothing of what they were made
// of changes. A request comes here when it has been let in, counted and
// validated; what is of the request itself, such as its id, is added behind.
type answers struct {
	mirror   *mirror.Mirror
	registry *plan.Registry
	fields   map[string]bool // with resolvers, that read nothing but memory
	start    [16]byte        // revisions begin again with each start

	hits, kept atomic.Int64

	mutex sync.Mutex
	held  *simplelru.LRU[answerKey, *keptAnswer]
	bytes int
	most  int
}

// answerKey is all that decides what an answer is, but for the revisions.
type answerKey [sha256.Size]byte

type keptAnswer struct {
	basis mirror.Basis
	data  []byte
	etag  string
}

const (
	// besides is what an answer takes beside its bytes, about.
	besides = 512
	// sizeable is the part of all that one answer may take.
	sizeable = 8
	// mostAnswers is more than there is ever room for.
	mostAnswers = 1 << 30
)

// keepAnswers keeps up to so many bytes; with none, or without a mirror, nothing.
func keepAnswers(most int, inventory *mirror.Mirror, registry *plan.Registry) *answers {
	if most <= 0 || inventory == nil {
		return nil
	}
	a := &answers{mirror: inventory, registry: registry, fields: resolvers.Kept(), most: most}
	rand.Read(a.start[:])
	a.held, _ = simplelru.NewLRU(mostAnswers, func(_ answerKey, gone *keptAnswer) { a.bytes -= gone.size() }) // no error: the size is no 0
	return a
}

// counts are how many were answered by what is kept, how many were kept, and the
// bytes that those take which are.
func (a *answers) counts() (hits, kept int64, bytes int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.hits.Load(), a.kept.Load(), a.bytes
}

func (k *keptAnswer) size() int { return len(k.data) + besides }

// answeredFrom is where an operation remembers whether its answer was a kept one.
const answeredFrom = "KeptAnswer"

// aroundResponse answers with what is kept, and keeps what may be. Streams ask for
// responses until there is none: after the first, a kept answer has no more.
func (a *answers) aroundResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	key, ok := a.key(ctx)
	if !ok || len(graphql.GetErrors(ctx)) > 0 { // refused already: by the rate limit, or as too complex
		return next(ctx)
	}
	asked := &graphql.GetOperationContext(ctx).Stats
	if before, again := asked.GetExtension(answeredFrom).(bool); again {
		if before {
			return nil
		}
		return next(ctx)
	}
	found := a.find(key)
	asked.SetExtension(answeredFrom, found != nil)
	if found != nil {
		a.hits.Add(1)
		transport.Tag(ctx, found.etag)
		return &graphql.Response{Data: found.data}
	}
	response := next(ctx)
	if made := a.made(ctx, key, response); made != nil {
		transport.Tag(ctx, made.etag)
		a.keep(key, made)
	}
	return response
}

// key is the key of a query; false where it is nothing that is ever kept.
func (a *answers) key(ctx context.Context) (answerKey, bool) {
	if !graphql.HasOperationContext(ctx) {
		return answerKey{}, false
	}
	operation := graphql.GetOperationContext(ctx)
	rights, _ := auth.From(ctx).Rights()
	if rights == "" || operation.Operation == nil || operation.Operation.Operation != "query" || len(operation.RawQuery) > longestCached {
		return answerKey{}, false
	}
	// JSON, so that no part can pass for the end of another.
	text, err := json.Marshal([]any{rights, relay.OriginOf(ctx), operation.RawQuery, operation.OperationName, operation.Variables})
	if err != nil {
		return answerKey{}, false
	}
	return sha256.Sum256(text), true
}

// find is an answer that is as it would be made now; nil for none.
func (a *answers) find(key answerKey) *keptAnswer {
	a.mutex.Lock()
	found, ok := a.held.Get(key)
	a.mutex.Unlock()
	if !ok {
		return nil
	}
	if view, err := a.mirror.View(); err != nil || !found.basis.Holds(view) {
		return nil
	}
	return found
}

// made is what is to be kept of a response; nil for nothing. What may be kept is
// looked at twice: what is selected has to be of memory alone, and while it was
// answered nothing may have been read from elsewhere.
func (a *answers) made(ctx context.Context, key answerKey, response *graphql.Response) *keptAnswer {
	if response == nil || len(response.Errors) > 0 || len(response.Extensions) > 0 || response.HasNext != nil || len(response.Data)+besides > a.most/sizeable {
		return nil
	}
	usage := lxd.UsageOf(ctx)
	if usage == nil {
		return nil
	}
	if calls, _, _ := usage.Cost(); calls > 0 || !a.plain(graphql.GetOperationContext(ctx).Operation) {
		return nil
	}
	basis, ok := resolvers.Basis(ctx)
	if !ok {
		return nil
	}
	return &keptAnswer{basis: basis, data: append(make([]byte, 0, len(response.Data)), response.Data...), etag: a.etag(key, basis)}
}

// etag names the bytes of an answer: what decides them, and the revisions. It
// is weak, because each answer has its own request's id.
func (a *answers) etag(key answerKey, basis mirror.Basis) string {
	sum := sha256.New()
	sum.Write(a.start[:])
	sum.Write(key[:])
	sum.Write(basis.Bytes())
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:18]) + `"`
}

// keep keeps an answer, in the place of those that were asked for longest ago.
func (a *answers) keep(key answerKey, made *keptAnswer) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.held.Remove(key)
	a.held.Add(key, made)
	a.kept.Add(1)
	for a.bytes += made.size(); a.bytes > a.most; {
		a.held.RemoveOldest()
	}
}
