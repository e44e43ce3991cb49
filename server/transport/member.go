package transport

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// member is a subscription that shares an execution.
type member struct {
	out  *outbox
	lane *lane
	// head and foot stand around the response.
	head, foot []byte
	// end is called once, when nothing follows: with the reason, or nil. It does
	// not block.
	end func(gqlerror.List)
	// left is called once, after end or after the end of the context, which it ends.
	left func()

	feeds *Feeds
	feed  *feed
	ctx   context.Context // its end takes the member out
	tail  []byte
	over  sync.Once

	// The feed's mutex guards these once the feed knows the member.
	from uint64 // it has been told all up to here
	last string // the cursor of that
}

// take puts a response into the outbox; false where there is no room for it.
// What the member has heard already is left out.
func (m *member) take(response told) bool {
	if response.place != 0 && response.place <= m.from {
		return true
	}
	if !m.out.push(item{head: m.head, body: response.data, tail: m.tail, lane: m.lane}) {
		return false
	}
	if response.cursor != "" {
		m.last = response.cursor
	}
	return true
}

// watch takes the member out when its context ends.
func (m *member) watch() {
	context.AfterFunc(m.ctx, func() { m.leave(nil) })
}

// finish says that nothing follows.
func (m *member) finish(errs gqlerror.List) { m.leave(func() { m.end(errs) }) }

// lag ends a member that does not read fast enough.
func (m *member) lag() {
	m.feed.mutex.Lock()
	last := m.last
	m.feed.mutex.Unlock()
	m.finish(gqlerror.List{m.feeds.Lagged(m.ctx, last)})
}

// leave ends the membership, which is done once whatever comes first.
func (m *member) leave(tell func()) {
	m.over.Do(func() {
		m.feeds.leave(m)
		if tell != nil && m.ctx.Err() == nil {
			tell()
		}
		m.left()
	})
}

// catchUp replays what lies before the feed's beginning, to this member alone,
// until the feed can go on from there.
func (m *member) catchUp(exec graphql.GraphExecutor, operation *graphql.OperationContext, own func(*graphql.Response)) (outcome, gqlerror.List) {
	if m.join() {
		return joined, nil
	}
	replaying, stop := context.WithCancel(m.ctx)
	defer stop()
	ctx, marked := withMarks(replaying)
	caughtUp := false
	errs := execute(ctx, exec, operation, func() {}, func(response *graphql.Response) {
		if caughtUp {
			return
		}
		own(response)
		if at := marked.next(); at.place != 0 {
			m.from, m.last = at.place, at.cursor // nobody else knows them yet
			if caughtUp = m.join(); caughtUp {
				stop()
			}
		}
	})
	if caughtUp {
		return joined, nil
	}
	m.feeds.leave(m)
	return ended, errs
}

// join lets the feed go on from where the member is; false when it cannot yet.
func (m *member) join() bool {
	admitted, slow := m.feed.admit(m)
	switch {
	case slow:
		m.lag()
	case admitted:
		m.watch()
	}
	return admitted
}
