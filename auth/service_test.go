package auth_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lxdql/lxdql/auth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLoginTellsNobodyWhichNamesExist(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	_, wrongPassword := service.Login(t.Context(), "ann", "wrong horse")
	_, unknownUser := service.Login(t.Context(), "bob", thePassword)
	_, longPassword := service.Login(t.Context(), "ann", string(make([]byte, 1<<20)))
	for _, err := range []error{wrongPassword, unknownUser, longPassword} {
		refused(t, err, auth.ErrWrongPassword)
		refused(t, err, auth.ErrUnauthenticated)
	}
	if wrongPassword.Error() != unknownUser.Error() {
		t.Errorf("%q and %q tell the two apart", wrongPassword, unknownUser)
	}
}

// Both kinds of log-in have to hash, and so wait while nobody can; a caller
// who hangs up leaves the line. A name that were refused without a hash would
// be refused at once.
func TestUnknownUserWaitsInTheSameLine(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	release := service.Occupy()
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	for _, username := range []string{"ann", "bob"} {
		_, err := service.Login(gone, username, "wrong horse")
		refused(t, err, context.Canceled)
	}
	_, err := service.CreateUser(gone, "bob", thePassword, nil)
	refused(t, err, context.Canceled)

	release()
	logIn(t, service)
}

func TestLoginThenAuthenticate(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	payload := logIn(t, service)
	if left := time.Until(payload.ExpiresAt); left < 29*time.Minute || left > 30*time.Minute {
		t.Errorf("the access token lives for %v, want 30 minutes", left)
	}
	for _, bearer := range []string{payload.AccessToken, "Bearer " + payload.AccessToken, "bearer  " + payload.AccessToken + " "} {
		identity, err := service.Authenticate(t.Context(), bearer)
		if err != nil {
			t.Fatal(err)
		}
		if identity.User.Username != "ann" || !identity.ExpiresAt.Equal(payload.ExpiresAt) || identity.SessionID == "" {
			t.Errorf("got the identity %+v", identity)
		}
	}
}

func TestRightsAreReadFromTheStoreNotFromTheToken(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	payload := logIn(t, service)
	demoted := store.users[1]
	viewer := auth.RoleViewer
	demoted.Role = &viewer
	store.users[1] = demoted

	identity, err := service.Authenticate(t.Context(), payload.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	if identity.Has(auth.RoleOperator) {
		t.Error("a demoted user kept the role that the token was made with")
	}
}

func TestDeletedUserAndEndedSessionAreRefused(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	ended := logIn(t, service)
	clear(store.sessions)
	orphaned := logIn(t, service)
	delete(store.users, 1)
	for _, payload := range []*auth.AuthPayload{ended, orphaned} {
		_, err := service.Authenticate(t.Context(), payload.AccessToken)
		refused(t, err, auth.ErrTokenInvalid)
		_, err = service.RefreshToken(t.Context(), payload.RefreshToken)
		refused(t, err, auth.ErrTokenInvalid)
	}
}

func TestExpiredTokensAreRefused(t *testing.T) {
	service, _ := withUser(t, auth.Options{AccessTTL: time.Nanosecond, RefreshTTL: time.Nanosecond})
	payload := logIn(t, service)
	_, err := service.Authenticate(t.Context(), payload.AccessToken)
	refused(t, err, auth.ErrTokenExpired)
	refused(t, err, auth.ErrUnauthenticated)
	_, err = service.RefreshToken(t.Context(), payload.RefreshToken)
	refused(t, err, auth.ErrTokenExpired)
}

func TestReusedRefreshTokenEndsTheSession(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	first := logIn(t, service)
	second, err := service.RefreshToken(t.Context(), first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.Authenticate(t.Context(), second.AccessToken); err != nil {
		t.Fatal(err)
	}
	// The caller hangs up, which must not save the session.
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	_, err = service.RefreshToken(gone, first.RefreshToken)
	refused(t, err, auth.ErrTokenReused)
	refused(t, err, auth.ErrTokenInvalid)
	_, err = service.Authenticate(t.Context(), second.AccessToken)
	refused(t, err, auth.ErrTokenInvalid)
	_, err = service.RefreshToken(t.Context(), second.RefreshToken)
	refused(t, err, auth.ErrTokenInvalid)
}

func TestOneOfManyRefreshesWins(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	payload := logIn(t, service)
	var won atomic.Int32
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			_, err := service.RefreshToken(t.Context(), payload.RefreshToken)
			if err == nil {
				won.Add(1)
				return
			}
			refused(t, err, auth.ErrTokenInvalid)
		})
	}
	callers.Wait()
	if won.Load() != 1 {
		t.Errorf("%d callers got tokens for one refresh token", won.Load())
	}
}

func TestAStoreThatIsDownIsNobodysFault(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	payload := logIn(t, service)
	store.down = errors.New("disk on fire")
	_, login := service.Login(t.Context(), "ann", thePassword)
	_, refresh := service.RefreshToken(t.Context(), payload.RefreshToken)
	_, authenticate := service.Authenticate(t.Context(), payload.AccessToken)
	for _, err := range []error{login, refresh, authenticate} {
		refused(t, err, store.down)
		if errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("%v blames the caller", err)
		}
	}
}
