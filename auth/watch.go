package auth

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"
)

// pollEvery is how often a change that another process made is looked for.
const pollEvery = 2 * time.Second

// watchers are what is open, and may have to end before its time: sockets and
// streams, by caller.
type watchers struct {
	mutex sync.Mutex
	open  map[string]map[*watcher]struct{}
	poked chan struct{}
}

// watcher is one of them. Its identity has the most rights that were in use with
// it: what it asked for with them goes on with them.
type watcher struct {
	identity *Identity
	end      context.CancelCauseFunc
}

// Watch returns a context that ends, with the reason as its cause, when the
// caller may not ask any more: logged out, revoked, disabled or deleted, in this
// process at once, by another one within seconds. It ends too, with
// ErrRightsTaken, when the caller may do less than before: what is open was
// allowed to another caller. What was lost before, since the caller
// was authenticated, ends it at once. Release forgets the caller and lets the
// context live on; the end of ctx does both. [Service.Run] has to run.
func (s *Service) Watch(ctx context.Context, identity *Identity) (watched context.Context, release func()) {
	watched, end := context.WithCancelCause(ctx)
	release = s.watchers.add(&watcher{identity, end})
	context.AfterFunc(watched, release)
	// Run may have looked before this one was there: a caller can take long from
	// its header to the end of its question.
	now, err := s.recheck(ctx, identity)
	switch {
	case errors.Is(err, ErrTokenExpired): // its transport ends it in its own way
	case errors.Is(err, ErrUnauthenticated):
		end(err)
	case err == nil && !now.covers(identity):
		end(ErrRightsTaken)
	}
	return watched, release
}

// Recheck tells who a caller is now, and with which rights; an
// ErrUnauthenticated when the session or the token has ended, or the user may
// not log in any more.
func (s *Service) Recheck(ctx context.Context, identity *Identity) (*Identity, error) {
	now, err := s.recheck(ctx, identity)
	if err == nil {
		s.watchers.grown(now)
	}
	return now, err
}

func (s *Service) recheck(ctx context.Context, identity *Identity) (*Identity, error) {
	if !identity.ExpiresAt.IsZero() && !identity.ExpiresAt.After(time.Now()) {
		return nil, ErrTokenExpired
	}
	if identity.Token != nil {
		return s.ofToken(s.store.Token(ctx, identity.Token.ID))
	}
	if identity.SessionID == "" { // a provider's: it has no session here, and keeps what its token gives
		return s.provided(ctx, identity)
	}
	session, err := s.live(ctx, identity.SessionID, identity.User.ID)
	if err != nil {
		return nil, err
	}
	return &Identity{User: session.User, SessionID: session.ID, ExpiresAt: identity.ExpiresAt, Grants: session.User.grants()}, nil
}

// provided is a provider's user, if there is one still who may log in, with what
// the user has here by now beside what the token gives.
func (s *Service) provided(ctx context.Context, identity *Identity) (*Identity, error) {
	user, err := s.store.User(ctx, identity.User.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, ErrTokenInvalid
	case err != nil:
		return nil, err
	case !user.Enabled():
		return nil, ErrTokenInvalid
	}
	return providedIdentity(user, identity.given, identity.ExpiresAt), nil
}

// changed is called after each change of what callers may do.
func (s *Service) changed() {
	select {
	case s.watchers.poked <- struct{}{}:
	default: // it will be looked at already
	}
}

// Run ends what may not be open any more, until ctx ends. The first error of
// several in a row is reported: while the store cannot be read, nothing ends.
func (s *Service) Run(ctx context.Context, report func(error)) {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	generation, failing := int64(0), false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-s.watchers.poked:
		}
		now, err := s.store.Generation(ctx)
		if err == nil && now != generation {
			err = s.endAll(ctx)
		}
		if err == nil {
			generation = now
		} else if !failing && ctx.Err() == nil {
			report(err)
		}
		failing = err != nil
	}
}

// endAll looks at each caller once, and ends what that one has open.
func (s *Service) endAll(ctx context.Context) error {
	if err := s.tokens.reload(ctx); err != nil {
		return err
	}
	var failed error
	for _, one := range s.watchers.callers() {
		now, err := s.recheck(ctx, one)
		switch {
		case errors.Is(err, ErrTokenExpired): // its transport ends it in its own way
		case errors.Is(err, ErrUnauthenticated):
			s.watchers.ended(one, err)
		case err != nil:
			failed = err
		default:
			s.watchers.narrowed(now)
		}
	}
	return failed
}

// callers are one of each who has something open.
func (w *watchers) callers() []*Identity {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	callers := make([]*Identity, 0, len(w.open))
	for _, same := range w.open {
		for one := range same {
			callers = append(callers, one.identity)
			break
		}
	}
	return callers
}

// grown notes the rights that a caller may use from now on.
func (w *watchers) grown(now *Identity) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for one := range w.open[now.caller()] {
		if now.covers(one.identity) {
			one.identity = now
		}
	}
}

// narrowed ends what a caller has open who may do less now.
func (w *watchers) narrowed(now *Identity) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for one := range w.open[now.caller()] {
		if now.covers(one.identity) {
			one.identity = now
		} else {
			one.end(ErrRightsTaken)
		}
	}
}

// ended ends all that a caller has open.
func (w *watchers) ended(gone *Identity, reason error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for one := range w.open[gone.caller()] {
		one.end(reason)
	}
}

func (w *watchers) add(one *watcher) (remove func()) {
	caller := one.identity.caller()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.open[caller] == nil {
		w.open[caller] = map[*watcher]struct{}{}
	}
	w.open[caller][one] = struct{}{}
	return func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		delete(w.open[caller], one)
		if len(w.open[caller]) == 0 {
			delete(w.open, caller)
		}
	}
}

// caller names who an identity is of: a session or a token, and its user with what
// the token gives, because those of a provider have no session.
func (i *Identity) caller() string {
	key := i.Key()
	if i.User != nil {
		key += " of " + strconv.FormatInt(i.User.ID, 10)
	}
	for _, given := range i.given {
		key += " by " + strconv.Quote(given.Value)
	}
	return key
}

// covers says whether the caller may do all that the other one may.
func (i *Identity) covers(other *Identity) bool {
	if i == other {
		return true
	}
	if i.globalRole().rank() < other.globalRole().rank() || (i.ReadOnly() && !other.ReadOnly()) {
		return false
	}
	for project, role := range other.Grants {
		if !i.RoleIn(project).AtLeast(role) {
			return false
		}
	}
	return true
}
