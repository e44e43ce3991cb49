package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	defaultAccessTTL  = 30 * time.Minute
	defaultRefreshTTL = 7 * 24 * time.Hour
)

// Options are what a Service may be told.
type Options struct {
	// Secret signs the tokens; take it from the function Secret. Without one
	// no token can be made, and none is accepted.
	Secret []byte
	// PreviousSecret is one that only verifies, so that a new Secret logs nobody out.
	PreviousSecret []byte
	// ReadSecrets reads the secrets again, the one that signs first, where another
	// process may change them; nil where they stay.
	ReadSecrets func(context.Context) ([][]byte, error)
	// AccessTTL is how long an access token lives; 0 is 30 minutes.
	AccessTTL time.Duration
	// RefreshTTL is how long a refresh token lives, and a session without a
	// refresh; 0 is 7 days.
	RefreshTTL time.Duration
}

// Service logs callers in and tells who they are. It is safe for concurrent
// use and needs no closing; Run is its one goroutine.
type Service struct {
	store      Store
	tokens     tokens
	passwords  *passwords
	provider   *Provider // nil for none
	accessTTL  time.Duration
	refreshTTL time.Duration
	watchers   watchers
	attempts   attempts
}

// New makes a Service over a store, which stays the caller's to close.
func New(store Store, options Options) *Service {
	service := &Service{
		store:      store,
		tokens:     tokens{&keyring{read: options.ReadSecrets}},
		passwords:  newPasswords(),
		accessTTL:  options.AccessTTL,
		refreshTTL: options.RefreshTTL,
		attempts:   attempts{store: store, running: map[string]int{}},
		watchers:   watchers{open: map[string]map[*watcher]struct{}{}, poked: make(chan struct{}, 1)},
	}
	service.tokens.set([][]byte{options.Secret, options.PreviousSecret})
	if service.accessTTL == 0 {
		service.accessTTL = defaultAccessTTL
	}
	if service.refreshTTL == 0 {
		service.refreshTTL = defaultRefreshTTL
	}
	return service
}

// AuthPayload is what a log-in or a refresh gives.
type AuthPayload struct {
	// AccessToken goes with every request.
	AccessToken string
	// RefreshToken is for RefreshToken, once.
	RefreshToken string
	// ExpiresAt is when the access token ends, in UTC, to the second.
	ExpiresAt time.Time
	// User is who logged in.
	User *User
}

// Login opens a session for a user. A name that does not exist, a password
// that is wrong and a user who is disabled are the same ErrWrongPassword after
// the same time.
func (s *Service) Login(ctx context.Context, username, password string) (*AuthPayload, error) {
	user, err := s.prove(ctx, username, password)
	if err != nil {
		return nil, err
	}
	return s.openSession(ctx, user)
}

// prove returns the user whose password it is, or ErrWrongPassword, or after
// some failures a *RateError.
func (s *Service) prove(ctx context.Context, username, password string) (*User, error) {
	end, err := s.attempts.begin(ctx, ofLogin(OriginOf(ctx), username), ErrWrongPassword)
	if err != nil {
		return nil, err
	}
	user, err := s.compare(ctx, username, password)
	if err := end(err); err != nil {
		return nil, err
	}
	return user, nil
}

func (s *Service) compare(ctx context.Context, username, password string) (*User, error) {
	if len(password) > longestPassword {
		return nil, ErrWrongPassword
	}
	user, err := s.store.UserByName(ctx, username)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("reading the user: %w", err)
	}
	matches, err := s.passwords.match(ctx, password, user)
	if err != nil {
		return nil, fmt.Errorf("comparing the password: %w", err)
	}
	if !matches || !user.Enabled() {
		return nil, ErrWrongPassword
	}
	return user, nil
}

func (s *Service) openSession(ctx context.Context, user *User) (*AuthPayload, error) {
	now := time.Now().UTC()
	if err := s.store.PruneSessions(ctx, now); err != nil {
		return nil, fmt.Errorf("pruning the sessions: %w", err)
	}
	session := &Session{
		ID:             rand.Text(),
		UserID:         user.ID,
		RefreshTokenID: rand.Text(),
		Origin:         OriginOf(ctx),
		CreatedAt:      now,
		ExpiresAt:      now.Add(s.refreshTTL),
		User:           user,
	}
	if err := s.store.AddSession(ctx, session); err != nil {
		return nil, fmt.Errorf("opening a session: %w", err)
	}
	return s.payload(session)
}

// RefreshToken exchanges a refresh token for a new pair, and lets the session
// live for another RefreshTTL. Of several calls with one token, at the same
// time or later, only one succeeds; every other ends the session and gets
// ErrTokenReused. An ended session is ErrTokenInvalid or ErrTokenExpired.
func (s *Service) RefreshToken(ctx context.Context, token string) (*AuthPayload, error) {
	end, err := s.attempts.begin(ctx, ofRefresh(OriginOf(ctx)), ErrTokenInvalid)
	if err != nil {
		return nil, err
	}
	payload, err := s.refresh(ctx, token)
	if err := end(err); err != nil {
		return nil, err
	}
	return payload, nil
}

func (s *Service) refresh(ctx context.Context, token string) (*AuthPayload, error) {
	claims, session, err := s.session(ctx, token, useRefresh)
	if err != nil {
		return nil, err
	}
	session.RefreshTokenID = rand.Text()
	session.ExpiresAt = time.Now().UTC().Add(s.refreshTTL)
	rotated, err := s.store.RotateSession(ctx, session.ID, claims.tokenID, session.RefreshTokenID, session.ExpiresAt)
	if err != nil {
		return nil, fmt.Errorf("refreshing the session: %w", err)
	}
	if !rotated {
		// A thief must not save the session by hanging up early.
		err := s.store.EndSession(context.WithoutCancel(ctx), session.ID)
		s.changed()
		if err != nil {
			return nil, fmt.Errorf("ending the session: %w", err)
		}
		return nil, ErrTokenReused
	}
	return s.payload(session)
}

// Authenticate tells who an access token or an API token speaks for; "Bearer "
// may stand before it. It fails with ErrUnauthenticated when there is no token, and with
// ErrTokenExpired or ErrTokenInvalid for one that is no good. Any other error
// is the store's, and says nothing about the caller.
func (s *Service) Authenticate(ctx context.Context, bearer string) (*Identity, error) {
	const scheme = "bearer "
	if len(bearer) >= len(scheme) && strings.EqualFold(bearer[:len(scheme)], scheme) {
		bearer = bearer[len(scheme):]
	}
	token := strings.TrimSpace(bearer)
	if token == "" {
		return nil, ErrUnauthenticated
	}
	if s.provider.issued(token) {
		return s.byProvider(ctx, token)
	}
	if !isJWT(token) {
		return s.byToken(ctx, token)
	}
	claims, session, err := s.session(ctx, token, useAccess)
	if err != nil {
		return nil, err
	}
	return &Identity{User: session.User, SessionID: session.ID, ExpiresAt: claims.expiresAt, Grants: session.User.grants()}, nil
}

// session verifies a token and finds the live session that it belongs to.
func (s *Service) session(ctx context.Context, token, use string) (claims, *Session, error) {
	claimed, err := s.tokens.verify(ctx, token, use)
	if err != nil {
		return claims{}, nil, err
	}
	session, err := s.live(ctx, claimed.sessionID, claimed.userID)
	return claimed, session, err
}

// live is a session of a user that has not ended.
func (s *Service) live(ctx context.Context, id string, userID int64) (*Session, error) {
	session, err := s.store.Session(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, ErrTokenInvalid
	case err != nil:
		return nil, fmt.Errorf("reading the session: %w", err)
	case session.UserID != userID || !session.User.Enabled():
		return nil, ErrTokenInvalid
	}
	return session, nil
}

// payload signs the two tokens that a session has now.
func (s *Service) payload(session *Session) (*AuthPayload, error) {
	// A JWT counts whole seconds: what is promised must not be later than that.
	expiresAt := time.Now().UTC().Add(s.accessTTL).Truncate(time.Second)
	access, err := s.tokens.sign(claims{use: useAccess, userID: session.UserID, sessionID: session.ID, expiresAt: expiresAt})
	if err != nil {
		return nil, err
	}
	refresh, err := s.tokens.sign(claims{use: useRefresh, userID: session.UserID, sessionID: session.ID,
		tokenID: session.RefreshTokenID, expiresAt: session.ExpiresAt})
	if err != nil {
		return nil, err
	}
	return &AuthPayload{AccessToken: access, RefreshToken: refresh, ExpiresAt: expiresAt, User: session.User}, nil
}
