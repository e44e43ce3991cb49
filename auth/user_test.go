package auth_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

func TestCreateUserRefusesWhatBreaksARule(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	root := auth.Role("ROOT")
	cases := []struct {
		name, username, password string
		role                     *auth.Role
		argument                 string
	}{
		{"no name", "", thePassword, nil, "username"},
		{"a long name", strings.Repeat("a", 65), thePassword, nil, "username"},
		{"a space", "ann b", thePassword, nil, "username"},
		{"a line end", "bob\n", thePassword, nil, "username"},
		{"a letter that looks like another", "аnn", thePassword, nil, "username"},
		{"a short password", "bob", "elevenchars", nil, "password"},
		{"few characters of many bytes", "bob", strings.Repeat("é", 11), nil, "password"},
		{"a common password", "bob", "passwordpassword", nil, "password"},
		{"a common password in other cases", "bob", "AdminiStrator", nil, "password"},
		{"a common word with digits", "bob", "Password2026!!", nil, "password"},
		{"digits", "bob", "123456789012", nil, "password"},
		{"one character", "bob", "aaaaaaaaaaaaaa", nil, "password"},
		{"the name with digits", "catherine", "Catherine1234", nil, "password"},
		{"the name twice", "valery", "valeryvalery", nil, "password"},
		{"a long password", "bob", strings.Repeat("a", 257), nil, "password"},
		{"no such role", "bob", thePassword, &root, "role"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := service.CreateUser(t.Context(), c.username, c.password, c.role)
			var input *auth.InputError
			if !errors.As(err, &input) || input.Argument != c.argument {
				t.Errorf("got %v, want a complaint about %s", err, c.argument)
			}
		})
	}
	_, err := service.CreateUser(t.Context(), "ann", thePassword, nil)
	refused(t, err, auth.ErrUserExists)
	if len(store.users) != 1 {
		t.Errorf("%d users, want ann alone", len(store.users))
	}
}

func TestCreateUserWithoutARole(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	user, err := service.CreateUser(t.Context(), "Bob.7_x-y@example.org", strings.Repeat("éa-", 64), nil)
	if err != nil || user.ID == 0 || user.Role != nil || user.CreatedAt.IsZero() {
		t.Fatalf("got %+v and %v", user, err)
	}
	if text, _ := json.Marshal(user); strings.Contains(string(text), "argon2id") {
		t.Errorf("the hash leaves in %s", text)
	}
	payload, err := service.Login(t.Context(), user.Username, strings.Repeat("éa-", 64))
	if err != nil {
		t.Fatal(err)
	}
	caller, err := service.Authenticate(t.Context(), payload.AccessToken)
	if err != nil || caller.Has(auth.RoleViewer) {
		t.Errorf("got %+v and %v", caller, err)
	}
}
