package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
)

// as returns who a new token of ann's speaks for, and its text.
func as(t *testing.T, service *auth.Service, input auth.CreateApiTokenInput) (*auth.Identity, string) {
	t.Helper()
	_, text, err := service.TokenFor(t.Context(), 1, input, "")
	if err != nil {
		t.Fatal(err)
	}
	caller, err := service.Authenticate(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return caller, text
}

func TestTokensNarrowTheirUser(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	ann := store.users[1]
	ann.Grants = []*auth.Grant{{ProjectName: "web", Role: auth.RoleAdmin}, {ProjectName: "data", Role: auth.RoleViewer}}
	store.users[1] = ann
	viewer, admin, readOnly := auth.RoleViewer, auth.RoleAdmin, true
	for _, c := range []struct {
		name                 string
		input                auth.CreateApiTokenInput
		global, web, another auth.Role
	}{
		{"as the user", auth.CreateApiTokenInput{}, auth.RoleOperator, auth.RoleAdmin, auth.RoleOperator},
		{"a higher role", auth.CreateApiTokenInput{Role: &admin}, auth.RoleOperator, auth.RoleAdmin, auth.RoleOperator},
		{"a lower role", auth.CreateApiTokenInput{Role: &viewer}, auth.RoleViewer, auth.RoleViewer, auth.RoleViewer},
		{"one project", auth.CreateApiTokenInput{Projects: []string{"web"}}, "", auth.RoleAdmin, ""},
		{"another project", auth.CreateApiTokenInput{Projects: []string{"shop"}}, "", "", auth.RoleOperator},
		{"one project, a lower role", auth.CreateApiTokenInput{Projects: []string{"web"}, Role: &viewer}, "", auth.RoleViewer, ""},
		{"the data, where the grant is lower", auth.CreateApiTokenInput{Projects: []string{"data"}}, "", "", ""},
	} {
		caller, _ := as(t, service, c.input)
		if caller.RoleIn("") != c.global || caller.RoleIn("web") != c.web || caller.RoleIn("shop") != c.another {
			t.Errorf("%s: %q everywhere, %q in web, %q in shop", c.name, caller.RoleIn(""), caller.RoleIn("web"), caller.RoleIn("shop"))
		}
	}
	reader, _ := as(t, service, auth.CreateApiTokenInput{ReadOnly: &readOnly})
	if reader.Allows("web", true) || !reader.Allows("web", false) || (auth.Administrator{Identity: reader}).Allows("web", true) {
		t.Error("a read-only token changes something, or reads nothing")
	}
	if caller, _ := as(t, service, auth.CreateApiTokenInput{Projects: []string{"data"}}); caller.RoleIn("data") != auth.RoleOperator {
		t.Errorf("the global role does not count in a named project: %q", caller.RoleIn("data"))
	}
}

func TestTokensThatAreNoGood(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	soon := time.Now().Add(time.Hour)
	_, text := as(t, service, auth.CreateApiTokenInput{ExpiresAt: &soon})
	if !strings.HasPrefix(text, "lxdql_") {
		t.Errorf("a token %q", text[:6])
	}
	for id, token := range store.tokens {
		if strings.Contains(text, token.Hash) || token.LastUsedAt == nil {
			t.Error("the token is kept as it is, or its use is not noted")
		}
		past := time.Now().Add(-time.Second)
		token.ExpiresAt = &past
		store.tokens[id] = token
	}
	_, err := service.Authenticate(t.Context(), text)
	refused(t, err, auth.ErrTokenExpired)
	for _, bad := range []string{"lxdql_", "lxdql_nope", text + "x", strings.Repeat("a", 1<<20)} {
		_, err := service.Authenticate(t.Context(), bad)
		refused(t, err, auth.ErrTokenInvalid)
	}
	for _, bad := range []string{"short", "your-secret-api-key", "changeme-changeme-changeme", "with a space in it", "aaaa.bbbbbbbb.cccccccc", strings.Repeat("a", 40)} {
		var input *auth.InputError
		if _, _, err := service.TokenFor(t.Context(), 1, auth.CreateApiTokenInput{}, bad); !errors.As(err, &input) || input.Argument != "token" {
			t.Errorf("%q was imported: %v", bad, err)
		}
	}
}

// A token cannot make a token that can do more, or lives longer.
func TestTokensHandOnWhatTheyAre(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	soon, later, viewer, operator := time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), auth.RoleViewer, auth.RoleOperator
	caller, _ := as(t, service, auth.CreateApiTokenInput{Role: &viewer, Projects: []string{"web"}, ExpiresAt: &soon})
	ctx := auth.With(t.Context(), caller)
	_, _, err := service.CreateToken(ctx, auth.CreateApiTokenInput{Role: &operator})
	refused(t, err, auth.ErrForbidden)
	_, _, err = service.CreateToken(ctx, auth.CreateApiTokenInput{Projects: []string{"data"}})
	refused(t, err, auth.ErrNotFound)
	made, _, err := service.CreateToken(ctx, auth.CreateApiTokenInput{ExpiresAt: &later})
	if err != nil || *made.Role != viewer || made.Projects[0] != "web" || !made.ExpiresAt.Equal(soon) {
		t.Errorf("%+v %v", made, err)
	}
	_, err = service.Tokens(ctx, false)
	refused(t, err, auth.ErrForbidden)
}
