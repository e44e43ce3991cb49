package transport_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/server/transport"
)

// A caller who may not ask any more is told so, with what has become of them.
func TestASocketEndsWithItsCaller(t *testing.T) {
	sockets := known(0)
	checked := sockets.Init
	revoke := make(chan context.CancelCauseFunc, 1)
	sockets.Init = func(ctx context.Context, authorization string) (*transport.Caller, error) {
		ctx, end := context.WithCancelCause(ctx)
		revoke <- end
		return checked(ctx, authorization)
	}
	s := serve(t, transport.HTTP{}, sockets)
	socket := s.dial(t, modern)
	socket.hello(`{"authorization":"Bearer good"}`)
	socket.subscribe("1", "subscription {silence}")
	(<-revoke)(errors.New("logged out"))
	socket.wantClosed(4401, "logged out")
	s.wantNoneRunning(t)
}

// Who may ask is looked at before each operation.
func TestEachOperationIsChecked(t *testing.T) {
	sockets := known(0)
	refusal := make(chan error, 4)
	sockets.Check = func(ctx context.Context) (context.Context, error) { return ctx, <-refusal }
	s := serve(t, transport.HTTP{}, sockets)
	for _, c := range []struct {
		err  error
		code int
		says string
	}{{errors.New("revoked"), 4401, "revoked"}, {transport.ErrUnavailable, 1013, transport.ErrUnavailable.Error()}} {
		socket := s.dial(t, modern)
		socket.hello(`{"authorization":"Bearer good"}`)
		refusal <- nil
		socket.subscribe("1", "subscription {silence}")
		refusal <- c.err
		socket.subscribe("2", "subscription {silence}")
		socket.wantClosed(c.code, c.says)
	}
	s.wantNoneRunning(t)
}

func TestSocketsThatCannotBe(t *testing.T) {
	s := serve(t, transport.HTTP{}, known(0))
	many := s.dial(t, modern)
	many.tell(`{"type":"connection_init","payload":{"authorization":"Bearer many"}}`)
	many.wantClosed(4429, "too many connections: two are enough")
	later := s.dial(t, modern)
	later.tell(`{"type":"connection_init","payload":{"authorization":"Bearer later"}}`)
	later.wantClosed(1013, transport.ErrUnavailable.Error())
}

func TestSubscriptionsAreAdmitted(t *testing.T) {
	sockets := known(0)
	free := make(chan struct{}, 1)
	free <- struct{}{}
	sockets.Admit = func(context.Context) (func(), error) {
		select {
		case <-free:
			return func() { free <- struct{}{} }, nil
		default:
			return nil, errors.New("one is enough")
		}
	}
	s := serve(t, transport.HTTP{Admit: sockets.Admit}, sockets)
	socket := s.dial(t, modern)
	socket.hello(`{"authorization":"Bearer good"}`)
	socket.subscribe("1", "subscription {silence}")
	s.wantRunning(t, 1)
	socket.subscribe("2", "subscription {silence}")
	socket.want(`{"id":"2","type":"error","payload":[{"message":"one is enough","extensions":{"code":"LIMIT_EXCEEDED"}}]}`)
	socket.tell(`{"id":"1","type":"complete"}`)
	s.wantRunning(t, 0)
	socket.subscribe("3", "subscription {silence}")
	s.wantRunning(t, 1)
	socket.subscribe("4", "subscription {silence}")
	socket.want(`{"id":"4","type":"error","payload":[{"message":"one is enough","extensions":{"code":"LIMIT_EXCEEDED"}}]}`)
}

// An event stream ends with its caller too, and says why.
func TestAStreamEndsWithItsCaller(t *testing.T) {
	s := serve(t, transport.HTTP{Watch: func(ctx context.Context) (context.Context, func()) {
		return context.WithDeadlineCause(ctx, time.Now().Add(200*time.Millisecond), errors.New("the token has expired"))
	}}, known(0))
	body := s.post(t, `{"query":"subscription {silence}"}`, "text/event-stream").Text
	if !strings.Contains(body, `"the token has expired"`) || !strings.Contains(body, `"UNAUTHENTICATED"`) || !strings.Contains(body, "event: complete") {
		t.Error(body)
	}
	s.wantNoneRunning(t)
}

// wantRunning waits until so many subscriptions run.
func (s *server) wantRunning(t *testing.T, count int64) {
	t.Helper()
	for begun := time.Now(); s.running.Load() != count; time.Sleep(time.Millisecond) {
		if time.Since(begun) > 5*time.Second {
			t.Fatalf("%d subscriptions run, want %d", s.running.Load(), count)
		}
	}
	time.Sleep(20 * time.Millisecond) // what runs no more is given back a moment later
}
