package auth_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

func early(t *testing.T, err error, want bool) {
	t.Helper()
	var rate *auth.RateError
	if errors.As(err, &rate) != want {
		t.Errorf("got %v, want a pause: %v", err, want)
	}
}

func from(t *testing.T, address string) context.Context {
	return auth.WithOrigin(t.Context(), auth.Origin{Address: address})
}

func TestGuessersHaveToWait(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	mallory := from(t, "203.0.113.9")
	for range 4 {
		_, err := service.Login(mallory, "ann", "wrong horse")
		refused(t, err, auth.ErrWrongPassword)
	}
	if _, err := service.Login(mallory, "ann", thePassword); err != nil { // who gets in has not been guessing
		t.Fatal(err)
	}
	for range 5 {
		_, err := service.Login(mallory, "ann", "wrong horse")
		refused(t, err, auth.ErrWrongPassword)
	}
	_, err := service.Login(mallory, "ann", "wrong horse")
	early(t, err, true)
	_, err = service.Login(mallory, "ann", thePassword)
	early(t, err, true)
	_, err = service.Login(from(t, "203.0.113.10"), "ann", thePassword)
	early(t, err, false)
}

// Hanging up is no way of getting in, and forgives nothing.
func TestHangingUpForgivesNothing(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	mallory := from(t, "203.0.113.9")
	gone, hangUp := context.WithCancel(mallory)
	hangUp()
	release := service.Occupy()
	_, err := service.Login(gone, "ann", "wrong horse")
	refused(t, err, context.Canceled)
	release()
	for n := range 7 {
		_, err := service.Login(mallory, "ann", "wrong horse")
		early(t, err, n >= 5)
		if n == 3 {
			release := service.Occupy()
			_, err := service.Login(gone, "ann", "wrong horse")
			refused(t, err, context.Canceled)
			release()
		}
	}
}

// One address does not try many names either, and neither do refresh tokens.
func TestOneAddressDoesNotTryManyNames(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	mallory := from(t, "203.0.113.9")
	for n := range 22 {
		_, err := service.Login(mallory, fmt.Sprint("user", n), "wrong horse")
		early(t, err, n >= 20)
	}
	for n := range 22 {
		_, err := service.RefreshToken(mallory, "a.b.c")
		early(t, err, n >= 20)
	}
}
