package auth

import (
	"context"
	"errors"
	"time"
)

// BarredUser is a user of an identity provider who was deleted here. The
// provider still lets them log in there; here they stay out until they are
// let in again.
type BarredUser struct {
	// Issuer and Subject are who it is to the provider.
	Issuer, Subject string
	// Username is what the user was called here.
	Username string
	// BarredAt is when the user was deleted, in UTC.
	BarredAt time.Time
}

// ReadmitUserPayload is what readmitUser gives.
type ReadmitUserPayload struct {
	// User is who may log in again.
	User *BarredUser
}

// BarredUsers are the users of a provider who were deleted, the last one first,
// for an ADMIN.
func (s *Service) BarredUsers(ctx context.Context) ([]*BarredUser, error) {
	if _, err := administration(ctx); err != nil {
		return nil, err
	}
	store, ok := s.store.(SubjectStore)
	if !ok {
		return nil, nil
	}
	return store.BarredUsers(ctx)
}

// ReadmitUser lets a deleted user of a provider in again, for an ADMIN. The next
// log-in makes a new user, with nothing of what the deleted one was granted.
func (s *Service) ReadmitUser(ctx context.Context, issuer, subject string) (*ReadmitUserPayload, error) {
	if _, err := administration(ctx); err != nil {
		return nil, err
	}
	store, ok := s.store.(SubjectStore)
	if !ok {
		return nil, errNotBarred
	}
	user, err := store.Readmit(ctx, issuer, subject)
	if errors.Is(err, ErrNotFound) {
		return nil, errNotBarred
	}
	if err != nil {
		return nil, err
	}
	return &ReadmitUserPayload{user}, nil
}

var errNotBarred = &refusal{"no deleted user of an identity provider has this issuer and this subject", ErrNotFound}
