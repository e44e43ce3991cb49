package server

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/server/transport"
)

func asUser(ctx context.Context, user int64) context.Context {
	return auth.With(ctx, &auth.Identity{User: &auth.User{ID: user}})
}

// One user has so many subscriptions and sockets, and all together so many; what
// ends makes room.
func TestAttendanceIsBounded(t *testing.T) {
	present := newAttendance()
	ctx := t.Context()
	var leave []func()
	fill := func(user int64, most int) error {
		for range most {
			release, err := present.subscription(asUser(ctx, user))
			if err != nil {
				return err
			}
			leave = append(leave, release)
		}
		return nil
	}
	refused := func(err error, words string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not say %q", err, words)
		}
	}
	if err := fill(1, mostSubscriptions); err != nil {
		t.Fatal(err)
	}
	refused(fill(1, 1), "you have 500 subscriptions open")
	for user := int64(2); user <= mostInAll/mostSubscriptions; user++ {
		if err := fill(user, mostSubscriptions); err != nil {
			t.Fatal(err)
		}
	}
	refused(fill(1000, 1), "10000 subscriptions already")
	leave[0]()
	if err := fill(1000, 1); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
	for _, release := range leave[1:] {
		release()
	}
	if present.all != 0 || len(present.subscriptions) != 0 {
		t.Errorf("%d are left, of %d users", present.all, len(present.subscriptions))
	}
}

func TestSocketsAreCounted(t *testing.T) {
	present := newAttendance()
	open, end := context.WithCancel(t.Context())
	someone := &auth.Identity{User: &auth.User{ID: 7}}
	for range mostSockets {
		if err := present.socket(open, someone); err != nil {
			t.Fatal(err)
		}
	}
	if err := present.socket(open, someone); !errors.Is(err, transport.ErrTooMany) || !strings.Contains(err.Error(), "100") {
		t.Errorf("one too many: %v", err)
	}
	end()
	present.wantEmpty(t)
}

// wantEmpty waits until no socket is counted any more.
func (a *attendance) wantEmpty(t *testing.T) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		a.mutex.Lock()
		left := len(a.sockets)
		a.mutex.Unlock()
		if left == 0 {
			return
		}
		if time.Since(begun) > 5*time.Second {
			t.Fatalf("%d users have sockets", left)
		}
	}
}
