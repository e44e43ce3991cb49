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
// streams. The zero value is ready for use.
type watchers struct {
	mutex sync.Mutex
	open  map[*watcher]struct{}
	poked chan struct{}
}

type watcher struct {
	identity *Identity
	end      context.CancelCauseFunc
}

// Watch returns a context that ends, with the reason as its cause, when the
// caller may not ask any more: logged out, revoked, disabled or deleted, in this
// process at once, by another one within seconds. Release forgets the caller
// and lets the context live on; the end of ctx does both. [Service.Run] has to
// run.
func (s *Service) Watch(ctx context.Context, identity *Identity) (watched context.Context, release func()) {
	watched, end := context.WithCancelCause(ctx)
	one := &watcher{identity, end}
	s.watchers.mutex.Lock()
	s.watchers.open[one] = struct{}{}
	s.watchers.mutex.Unlock()
	release = func() {
		s.watchers.mutex.Lock()
		defer s.watchers.mutex.Unlock()
		delete(s.watchers.open, one)
	}
	context.AfterFunc(watched, release)
	return watched, release
}

// Recheck tells who a caller is now, and with which rights; an
// ErrUnauthenticated when the session or the token has ended, or the user may
// not log in any more.
func (s *Service) Recheck(ctx context.Context, identity *Identity) (*Identity, error) {
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

// provided is a provider's user, if there is one still who may log in.
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
	return identity, nil
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
	for _, same := range s.watchers.byCaller() {
		_, err := s.Recheck(ctx, same[0].identity)
		switch {
		case errors.Is(err, ErrTokenExpired): // its transport ends it in its own way
		case errors.Is(err, ErrUnauthenticated):
			for _, one := range same {
				one.end(err)
			}
		case err != nil:
			failed = err
		}
	}
	return failed
}

// byCaller are the watchers by session or token.
func (w *watchers) byCaller() map[string][]*watcher {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	callers := map[string][]*watcher{}
	for one := range w.open {
		key := one.identity.Key()
		if one.identity.User != nil {
			key += " of " + strconv.FormatInt(one.identity.User.ID, 10) // a provider's have no session
		}
		callers[key] = append(callers[key], one)
	}
	return callers
}
