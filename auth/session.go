package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Origin is where a request comes from, for who looks at the list of sessions.
type Origin struct {
	// Address is the client's, without a port.
	Address string
	// Agent is what the client says that it is.
	Agent string
}

// Network is what limits are counted by: the address, and of IPv6 the network,
// since a host has as many addresses there as it likes. It is "" where the
// address is not known.
func (o Origin) Network() string {
	address, err := netip.ParseAddr(o.Address)
	if err != nil || address.Unmap().Is4() {
		return o.Address
	}
	network, _ := address.WithZone("").Prefix(64)
	return network.String()
}

type originKey struct{}

// WithOrigin returns a context that carries where the request comes from.
func WithOrigin(ctx context.Context, origin Origin) context.Context {
	const longest = 200
	origin.Agent = origin.Agent[:min(len(origin.Agent), longest)]
	return context.WithValue(ctx, originKey{}, origin)
}

// OriginOf is where the request comes from; empty where that is not known.
func OriginOf(ctx context.Context) Origin {
	origin, _ := ctx.Value(originKey{}).(Origin)
	return origin
}

// Session is one log-in and the refreshes that came out of it.
type Session struct {
	// ID is random and unique, and no secret.
	ID string
	// UserID is whose session it is; it ends when the user is deleted.
	UserID int64
	// RefreshTokenID is the id of the one refresh token that still works.
	RefreshTokenID string
	// Origin is where the user logged in from.
	Origin Origin
	// CreatedAt is when the user logged in, in UTC; RefreshedAt when the tokens
	// were exchanged last.
	CreatedAt   time.Time
	RefreshedAt *time.Time
	// ExpiresAt is when the refresh token ends, and the session with it, in UTC.
	ExpiresAt time.Time
	// User is filled in by the Store, and ignored by Store.AddSession.
	User *User
}

// IsNode marks that a session has an id.
func (*Session) IsNode() {}

// Logout ends the caller's session, or all of the caller's: tokens of it are
// refused, and what is open with it ends.
func (s *Service) Logout(ctx context.Context, everywhere bool) (*Session, error) {
	caller := From(ctx)
	switch {
	case caller == nil:
		return nil, ErrUnauthenticated
	case caller.SessionID == "":
		return nil, &refusal{"an API token is no session: revoke it instead", ErrForbidden}
	}
	ended := &Session{ID: caller.SessionID, UserID: caller.User.ID}
	var err error
	if everywhere {
		err = s.store.EndSessions(ctx, caller.User.ID, "")
	} else {
		err = s.store.EndSession(ctx, caller.SessionID)
	}
	s.changed()
	return ended, err
}

// Sessions are the caller's sessions, or for an ADMIN with all those of everybody.
func (s *Service) Sessions(ctx context.Context, all bool) ([]*Session, error) {
	return ofCaller(ctx, all, s.store.Sessions)
}

// ofCaller lists what is of the caller, or for an ADMIN with all what is of
// everybody, who is 0 to the store.
func ofCaller[T any](ctx context.Context, all bool, list func(context.Context, int64) ([]T, error)) ([]T, error) {
	caller := From(ctx)
	switch {
	case caller == nil:
		return nil, ErrUnauthenticated
	case caller.confined():
		return nil, errConfined
	case !all:
		return list(ctx, caller.User.ID)
	}
	if _, err := administration(ctx); err != nil {
		return nil, err
	}
	return list(ctx, 0)
}

// SessionByID is a session of the caller, or for an ADMIN of anybody; nil where
// there is none, and for others'.
func (s *Service) SessionByID(ctx context.Context, id string) (*Session, error) {
	session, err := s.store.Session(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the session: %w", err)
	}
	if !From(ctx).mayKnowOf(session.UserID) {
		return nil, nil
	}
	return session, nil
}

// mayKnowOf says whether a session or token of a user may be shown to the caller.
func (i *Identity) mayKnowOf(user int64) bool {
	return i != nil && !i.confined() && (user == i.User.ID || i.IsAdmin())
}

// RevokeSession ends a session of the caller, or for an ADMIN of anybody: what
// is open with it ends at once. ErrNotFound for none, and for others'.
func (s *Service) RevokeSession(ctx context.Context, id string) error {
	session, err := s.SessionByID(ctx, id)
	if err != nil {
		return err
	}
	if session == nil {
		return &refusal{"there is no such session", ErrNotFound}
	}
	err = s.store.EndSession(ctx, id)
	s.changed()
	return err
}
