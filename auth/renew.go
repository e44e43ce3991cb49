package auth

import (
	"context"
	"fmt"
	"time"
)

// Renew gives the caller's session a new access token, and lets the session
// live for another RefreshTTL, when half of the life of the caller's token is
// over; nil before. The refresh token stays as it is.
func (s *Service) Renew(ctx context.Context) (*AuthPayload, error) {
	caller := From(ctx)
	if caller == nil || caller.SessionID == "" || time.Until(caller.ExpiresAt) > s.accessTTL/2 {
		return nil, nil
	}
	session, err := s.live(ctx, caller.SessionID, caller.User.ID)
	if err != nil {
		return nil, err
	}
	session.ExpiresAt = time.Now().UTC().Add(s.refreshTTL)
	if err := s.store.ExtendSession(ctx, session.ID, session.ExpiresAt); err != nil {
		return nil, fmt.Errorf("extending the session: %w", err)
	}
	return s.payload(session)
}
