package transport

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Begin makes the context of an execution that nobody in particular has asked
// for, and what ends it.
type Begin func() (context.Context, context.CancelFunc)

// Feeds are the subscriptions that are executed together: all that ask the same
// with the same rights are one execution, and each response is encoded once. Its
// fields are set before its use; it is used by pointer.
type Feeds struct {
	// Alike says whether a subscription may be executed together with others:
	// field is what it asks for. False executes it on its own.
	Alike func(ctx context.Context, field string, arguments map[string]any) (Alike, bool)
	// Newest is the newest place that there is.
	Newest func() uint64
	// RequestID is told to a caller in `extensions.requestId` of each response.
	RequestID func(ctx context.Context) string
	// Lagged is how a caller is told that the subscription was too slow, and the
	// cursor that it can go on after.
	Lagged func(ctx context.Context, cursor string) *gqlerror.Error

	mutex   sync.Mutex
	open    map[string]*feed
	running sync.WaitGroup
}

// Wait returns when all executions have ended. They end with their last
// subscription, and with the server.
func (f *Feeds) Wait() { f.running.Wait() }

// outcome is what became of a subscription that was to be shared.
type outcome int

const (
	alone  outcome = iota // it is to be executed on its own
	joined                // its member is told the end
	ended                 // it has ended already
)

// carry lets a subscription be one with those that are alike. One that resumes
// is replayed to the caller alone first, by own, until it has caught up: then
// carry returns.
func (f *Feeds) carry(ctx context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, one *member, own func(*graphql.Response)) (outcome, gqlerror.List) {
	root := rootOf(operation)
	if f == nil || root == nil {
		return alone, nil
	}
	alike, ok := f.Alike(ctx, root.Name, root.ArgumentMap(operation.Variables))
	if !ok {
		return alone, nil
	}
	asked, ok := question(operation, alike.Argument)
	if !ok {
		return alone, nil
	}
	one.from, one.last, one.tail = alike.From, alike.Cursor, []byte(`"requestId":`+string(marshal(f.RequestID(ctx), `""`))+`}}`+string(one.foot))
	one.feeds, one.ctx = f, ctx
	f.enter(alike.Key+"\n"+asked, one, alike.Resumes, func() *feed {
		return f.begin(exec, impersonal(operation, alike.Argument), alike)
	})
	if !alike.Resumes {
		one.watch()
		return joined, nil
	}
	return one.catchUp(exec, operation, own)
}

// enter puts a member into the feed of a key, which is begun if there is none.
// One that resumes is not told anything yet.
func (f *Feeds) enter(key string, one *member, resumes bool, begin func() *feed) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	shared := f.open[key]
	if shared == nil {
		shared = begin()
		shared.key = key
		if f.open == nil {
			f.open = map[string]*feed{}
		}
		f.open[key] = shared
	}
	one.feed = shared
	shared.mutex.Lock()
	defer shared.mutex.Unlock()
	shared.members[one] = !resumes
}

// close lets nobody join a feed any more: who comes later gets another.
func (f *Feeds) close(shared *feed) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.open[shared.key] == shared {
		delete(f.open, shared.key)
	}
}

// leave takes a member out, and ends the feed with its last one.
func (f *Feeds) leave(one *member) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	shared := one.feed
	shared.mutex.Lock()
	defer shared.mutex.Unlock()
	delete(shared.members, one)
	if len(shared.members) == 0 {
		if f.open[shared.key] == shared {
			delete(f.open, shared.key)
		}
		shared.cancel()
	}
}
