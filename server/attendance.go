package server

import (
	"context"
	"fmt"
	"sync"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/server/transport"
)

const (
	// mostSubscriptions and mostSockets bound what one user has open at once, with
	// all sessions and tokens together.
	mostSubscriptions = 500
	mostSockets       = 100
	// mostInAll bounds the subscriptions of everybody.
	mostInAll = 10_000
)

// attendance counts what users have open.
type attendance struct {
	mutex         sync.Mutex
	subscriptions map[int64]int
	sockets       map[int64]int
	all           int // subscriptions
}

func newAttendance() *attendance {
	return &attendance{subscriptions: map[int64]int{}, sockets: map[int64]int{}}
}

// subscription counts one of the caller's; release takes it back.
func (a *attendance) subscription(ctx context.Context) (release func(), err error) {
	caller := auth.From(ctx)
	if caller == nil {
		return func() {}, nil // refused by the directive
	}
	if !a.enter(a.subscriptions, caller.User.ID, mostSubscriptions) {
		return nil, fmt.Errorf("you have %d subscriptions open already, the most that one user may: end some of them", mostSubscriptions)
	}
	if !a.room() {
		a.leave(a.subscriptions, caller.User.ID)
		return nil, fmt.Errorf("there are %d subscriptions already, the most that this server takes: try again later", mostInAll)
	}
	return func() {
		a.leave(a.subscriptions, caller.User.ID)
		a.mutex.Lock()
		defer a.mutex.Unlock()
		a.all--
	}, nil
}

// room counts a subscription among those of everybody, if there is room for it.
func (a *attendance) room() bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.all >= mostInAll {
		return false
	}
	a.all++
	return true
}

// socket counts one of the caller's until ctx ends.
func (a *attendance) socket(ctx context.Context, caller *auth.Identity) error {
	if !a.enter(a.sockets, caller.User.ID, mostSockets) {
		return fmt.Errorf("%w: one user may have %d open", transport.ErrTooMany, mostSockets)
	}
	context.AfterFunc(ctx, func() { a.leave(a.sockets, caller.User.ID) })
	return nil
}

func (a *attendance) enter(open map[int64]int, user int64, most int) bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if open[user] >= most {
		return false
	}
	open[user]++
	return true
}

func (a *attendance) leave(open map[int64]int, user int64) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if open[user]--; open[user] <= 0 {
		delete(open, user)
	}
}
