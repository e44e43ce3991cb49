package transport_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lxdql/lxdql/server/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// ticks are the events of a source that remembers all: the numbers from 1.
type ticks struct {
	mutex      sync.Mutex
	last       int
	news       chan struct{} // closed by the next one
	executions atomic.Int64  // that run
	begun      atomic.Int64  // that have ever run
	refuse     atomic.Bool
	dead       atomic.Bool // all executions are to end
}

func (s *ticks) tick(count int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.last += count
	if s.news != nil {
		close(s.news)
		s.news = nil
	}
}

func (s *ticks) now() (last int, news <-chan struct{}) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.news == nil {
		s.news = make(chan struct{})
	}
	return s.last, s.news
}

func (s *ticks) newest() uint64 {
	last, _ := s.now()
	return uint64(last)
}

// events answers `ticks(after, size)`: each is its number, and that many letters.
func (s *ticks) events(ctx context.Context, field *ast.Field, variables map[string]any) graphql.ResponseHandler {
	if s.refuse.Load() {
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{coded("NOT_FOUND", "there is no such thing")}})
	}
	s.executions.Add(1)
	s.begun.Add(1)
	context.AfterFunc(ctx, func() { s.executions.Add(-1) })
	arguments := field.ArgumentMap(variables)
	at := int(s.newest())
	if after, ok := arguments["after"].(string); ok {
		at, _ = strconv.Atoi(after)
	}
	letters, _ := strconv.Atoi(fmt.Sprint(arguments["size"]))
	return func(answering context.Context) *graphql.Response {
		for {
			last, news := s.now()
			if s.dead.Load() {
				transport.EndStream(ctx, coded("LXD_UNAVAILABLE", "it is gone"))
				return nil
			}
			if ctx.Err() != nil {
				return nil
			}
			if last > at {
				at++
				transport.Mark(ctx, uint64(at), strconv.Itoa(at))
				graphql.RegisterExtension(answering, "requestId", "of the execution")
				graphql.RegisterExtension(answering, "asker", ctx.Value(askerKey{}))
				return &graphql.Response{Data: []byte(fmt.Sprintf(`{"ticks":"%d%s"}`, at, strings.Repeat("x", letters)))}
			}
			select {
			case <-news:
			case <-ctx.Done():
			}
		}
	}
}

// together shares what is asked by the same asker.
func together(t *testing.T, s *ticks) *transport.Feeds {
	running, stop := context.WithCancel(context.Background())
	feeds := &transport.Feeds{
		Newest:    s.newest,
		RequestID: func(context.Context) string { return `own "id"` },
		Lagged: func(_ context.Context, cursor string) *gqlerror.Error {
			lagged := coded("SUBSCRIPTION_LAGGED", "too slow")
			lagged.Extensions["cursor"] = cursor
			return lagged
		},
		Alike: func(ctx context.Context, field string, arguments map[string]any) (transport.Alike, bool) {
			asker := ctx.Value(askerKey{})
			same := transport.Alike{
				Key: fmt.Sprint(asker), From: s.newest(), Argument: "after",
				Begin: func() (context.Context, context.CancelFunc) {
					return context.WithCancel(context.WithValue(running, askerKey{}, asker))
				},
			}
			same.Cursor = strconv.FormatUint(same.From, 10)
			if after, ok := arguments["after"].(string); ok {
				same.From, _ = strconv.ParseUint(after, 10, 64)
				same.Resumes, same.Cursor = true, after
			}
			return same, field == "ticks"
		},
	}
	t.Cleanup(func() { stop(); feeds.Wait() })
	return feeds
}

// sharing is a server whose ticks are shared, by WebSocket and by event stream.
func sharing(t *testing.T) (*server, *ticks) {
	t.Helper()
	source := &ticks{}
	feeds := together(t, source)
	sockets := known(0)
	sockets.Feeds = feeds
	good := func(ctx context.Context) (context.Context, func()) {
		return context.WithValue(ctx, askerKey{}, "Bearer good"), func() {}
	}
	s := serve(t, transport.HTTP{Feeds: feeds, Watch: good}, sockets)
	s.ticks = source
	return s, source
}
