package auth

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Recheck is an identity as the store knows it now, for what lives longer than
// a request: the user's role may be another, and when the session has ended, or
// the user is gone, it is ErrTokenInvalid.
func (s *Service) Recheck(ctx context.Context, identity *Identity) (*Identity, error) {
	if identity == nil {
		return nil, ErrUnauthenticated
	}
	session, err := s.store.Session(ctx, identity.SessionID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, ErrTokenInvalid
	case err != nil:
		return nil, fmt.Errorf("reading the session: %w", err)
	case session.UserID != identity.User.ID:
		return nil, ErrTokenInvalid
	case time.Now().After(session.ExpiresAt):
		return nil, ErrTokenExpired
	}
	now := *identity
	now.User = session.User
	return &now, nil
}
