package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

func TestSeedLeavesExistingUsersAlone(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	created, generated, err := auth.Seed(t.Context(), service, "root", "a good password")
	if err != nil || created != "" || generated != "" || len(store.users) != 1 {
		t.Errorf("made %q, %q, %v; %d users", created, generated, err, len(store.users))
	}
}

func TestSeedRefusesABadPasswordByName(t *testing.T) {
	store := newMemory()
	service := auth.New(store, auth.Options{Secret: []byte(theSecret)})
	_, _, err := auth.Seed(t.Context(), service, "", "short")
	var input *auth.InputError
	if !errors.As(err, &input) || !strings.Contains(err.Error(), "SEED_ADMIN_PASSWORD") || len(store.users) != 0 {
		t.Errorf("got %v", err)
	}
}

func TestSeedWithAGeneratedPassword(t *testing.T) {
	service := auth.New(newMemory(), auth.Options{Secret: []byte(theSecret)})
	created, generated, err := auth.Seed(t.Context(), service, "", "")
	if err != nil || created != "admin" || len(generated) < 20 {
		t.Fatalf("made %q, %q, %v", created, generated, err)
	}
	payload, err := service.Login(t.Context(), created, generated)
	if err != nil || *payload.User.Role != auth.RoleAdmin {
		t.Fatalf("got %+v and %v", payload, err)
	}
	created, generated, err = auth.Seed(t.Context(), service, "", "")
	if err != nil || created != "" || generated != "" {
		t.Errorf("a second start made %q, %q, %v", created, generated, err)
	}
}

func TestSeedWithAConfiguredUser(t *testing.T) {
	service := auth.New(newMemory(), auth.Options{Secret: []byte(theSecret)})
	created, generated, err := auth.Seed(t.Context(), service, "root", "a good password")
	if err != nil || created != "root" || generated != "" {
		t.Fatalf("made %q, %q, %v", created, generated, err)
	}
	if _, err := service.Login(t.Context(), "root", "a good password"); err != nil {
		t.Error(err)
	}
}
