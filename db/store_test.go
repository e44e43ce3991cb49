package db

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/db/pgtest"
)

const thePassword = "correct horse"

// withUser returns a service over the database that knows the ADMIN "ann".
func withUser(t *testing.T, db *DB, options auth.Options) *auth.Service {
	t.Helper()
	secret, err := auth.Secret(t.Context(), db, "")
	if err != nil {
		t.Fatal(err)
	}
	options.Secret = secret
	service := auth.New(db, options)
	if _, _, err := auth.Seed(t.Context(), service, "ann", thePassword); err != nil {
		t.Fatal(err)
	}
	return service
}

func logIn(t *testing.T, service *auth.Service) *auth.AuthPayload {
	t.Helper()
	payload, err := service.Login(t.Context(), "ann", thePassword)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func refused(t *testing.T, err, wanted error) {
	t.Helper()
	if !errors.Is(err, wanted) {
		t.Errorf("got the error %v, want %v", err, wanted)
	}
}

func countSessions(t *testing.T, db *DB) int64 {
	t.Helper()
	count, err := db.bun.NewSelect().Model((*sessionRow)(nil)).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return count
}

func TestWrongPasswordAndUnknownUser(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		service := withUser(t, db, auth.Options{})
		for username, password := range map[string]string{"ann": "wrong horse", "bob": thePassword, "": "", "ANN": thePassword, "ann' OR 1=1 --": "x"} {
			_, err := service.Login(t.Context(), username, password)
			refused(t, err, auth.ErrWrongPassword)
		}
		if countSessions(t, db) != 0 {
			t.Error("a refused log-in opened a session")
		}
	})
}

func TestTokensOfADeletedUser(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		service := withUser(t, db, auth.Options{})
		payload := logIn(t, service)
		caller, err := service.Authenticate(t.Context(), payload.AccessToken)
		if err != nil || !caller.IsAdmin() || caller.User.Username != "ann" {
			t.Fatalf("got %+v and %v", caller, err)
		}
		if _, err := db.bun.NewDelete().Model(&userRow{ID: caller.User.ID}).WherePK().Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The next user must not inherit the id, and the tokens with it.
		next, err := service.CreateUser(t.Context(), "bob", thePassword, nil)
		if err != nil || next.ID == caller.User.ID {
			t.Errorf("bob got ann's id %d (%v)", next.ID, err)
		}
		_, err = service.Authenticate(t.Context(), payload.AccessToken)
		refused(t, err, auth.ErrTokenInvalid)
		_, err = service.RefreshToken(t.Context(), payload.RefreshToken)
		refused(t, err, auth.ErrTokenInvalid)
		if countSessions(t, db) != 0 {
			t.Error("the sessions of a deleted user stayed")
		}
	})
}

func TestReusedRefreshTokenEndsTheSession(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		service := withUser(t, db, auth.Options{})
		bystander, first := logIn(t, service), logIn(t, service)
		second, err := service.RefreshToken(t.Context(), first.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		_, err = service.RefreshToken(t.Context(), first.RefreshToken)
		refused(t, err, auth.ErrTokenReused)
		_, err = service.RefreshToken(t.Context(), second.RefreshToken)
		refused(t, err, auth.ErrTokenInvalid)
		_, err = service.Authenticate(t.Context(), second.AccessToken)
		refused(t, err, auth.ErrTokenInvalid)
		if _, err := service.Authenticate(t.Context(), bystander.AccessToken); err != nil {
			t.Errorf("another session ended as well: %v", err)
		}
	})
}

func TestSessionsThatEndedArePruned(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		brief := withUser(t, db, auth.Options{RefreshTTL: time.Nanosecond})
		ended := logIn(t, brief)
		// Its access token would live on, but a session that ended is over.
		_, err := brief.Authenticate(t.Context(), ended.AccessToken)
		refused(t, err, auth.ErrTokenInvalid)
		lasting := withUser(t, db, auth.Options{})
		logIn(t, lasting)
		if count := countSessions(t, db); count != 1 {
			t.Errorf("%d sessions are kept, want the one that lives", count)
		}
	})
}

func TestOneOfManyRefreshesWins(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		service := withUser(t, db, auth.Options{})
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
	})
}

func TestManyLogInAndRefreshAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		service := withUser(t, db, auth.Options{})
		var callers sync.WaitGroup
		for range 12 {
			callers.Go(func() {
				payload, err := service.Login(t.Context(), "ann", thePassword)
				for range 5 {
					if err == nil {
						payload, err = service.RefreshToken(t.Context(), payload.RefreshToken)
					}
					if err == nil {
						_, err = service.Authenticate(t.Context(), payload.AccessToken)
					}
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		callers.Wait()
		if count := countSessions(t, db); count != 12 {
			t.Errorf("%d sessions, want 12", count)
		}
	})
}

func TestManySeedAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		service := auth.New(db, auth.Options{Secret: []byte("5d41402abc4b2a76b9719d911017c592")})
		var made atomic.Int32
		var starters sync.WaitGroup
		for i := range 6 {
			starters.Go(func() {
				created, _, err := auth.Seed(t.Context(), service, "", "a password of "+strconv.Itoa(i))
				if err != nil {
					t.Error(err)
				}
				if created != "" {
					made.Add(1)
				}
			})
		}
		starters.Wait()
		if made.Load() != 1 {
			t.Errorf("%d starts say that they made the admin", made.Load())
		}
	})
}

func TestSettingIsDecidedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		answers := make(chan string, 8)
		var callers sync.WaitGroup
		for i := range cap(answers) {
			callers.Go(func() {
				kept, err := db.SettingOr(t.Context(), "colour", strconv.Itoa(i))
				if err != nil {
					t.Error(err)
				}
				answers <- kept
			})
		}
		callers.Wait()
		close(answers)
		first := <-answers
		for answer := range answers {
			if answer != first || answer == "" {
				t.Errorf("one caller was told %q, another %q", first, answer)
			}
		}
	})
}

func TestTokensOutliveARestart(t *testing.T) {
	t.Run("in a file", func(t *testing.T) { tokensOutliveARestart(t, "sqlite:///"+t.TempDir()+"/x.db") })
	t.Run("in PostgreSQL", func(t *testing.T) { tokensOutliveARestart(t, pgtest.URL(t)) })
}

func tokensOutliveARestart(t *testing.T, url string) {
	before := open(t, url)
	payload := logIn(t, withUser(t, before, auth.Options{}))
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	service := withUser(t, open(t, url), auth.Options{})
	caller, err := service.Authenticate(t.Context(), payload.AccessToken)
	if err != nil || caller.User.CreatedAt.IsZero() || caller.User.CreatedAt.Location() != time.UTC {
		t.Errorf("got %+v and %v", caller, err)
	}
	if _, err := service.RefreshToken(t.Context(), payload.RefreshToken); err != nil {
		t.Error(err)
	}
}

func TestUserWithoutARoleComesBackWithoutOne(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		service := withUser(t, db, auth.Options{})
		if _, err := service.CreateUser(t.Context(), "bob", thePassword, nil); err != nil {
			t.Fatal(err)
		}
		_, err := service.CreateUser(t.Context(), "bob", thePassword, nil)
		refused(t, err, auth.ErrUserExists)
		bob, err := db.UserByName(t.Context(), "bob")
		if err != nil || bob.Role != nil || bob.ID == 0 {
			t.Errorf("got %+v and %v", bob, err)
		}
	})
}
