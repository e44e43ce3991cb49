package auth_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"

	"github.com/lxdql/lxdql/auth"
)

func newHeaders(t *testing.T, fields map[string]any) jws.WithKeySuboption {
	t.Helper()
	headers := jws.NewHeaders()
	for name, value := range fields {
		if err := headers.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	return jws.WithProtectedHeaders(headers)
}

func headerOf(t *testing.T, token string) map[string]any {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	if err != nil {
		t.Fatal(err)
	}
	var header map[string]any
	if err := json.Unmarshal(text, &header); err != nil {
		t.Fatal(err)
	}
	return header
}

func ownKey(t *testing.T, private any) jwk.Key {
	t.Helper()
	key, err := jwk.FromRaw(private)
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// ofSecret is an access token by another secret.
func ofSecret(t *testing.T, store *memory, secret string) string {
	t.Helper()
	return logIn(t, auth.New(store, auth.Options{Secret: []byte(secret)})).AccessToken
}

// Two keys: the new one signs under its own kid, the one before still verifies,
// and one that is neither does not.
func TestTwoKeys(t *testing.T) {
	const older = "the secret before this one, which still verifies"
	old, store := withUser(t, auth.Options{})
	payload := logIn(t, old)
	both := auth.New(store, auth.Options{Secret: []byte(older + " 2"), PreviousSecret: []byte(theSecret)})
	newer := logIn(t, both)
	if headerOf(t, payload.AccessToken)["kid"] == headerOf(t, newer.AccessToken)["kid"] || headerOf(t, newer.AccessToken)["kid"] == nil {
		t.Errorf("%v %v", headerOf(t, payload.AccessToken), headerOf(t, newer.AccessToken))
	}
	for _, token := range []string{payload.AccessToken, newer.AccessToken} {
		if _, err := both.Authenticate(t.Context(), token); err != nil {
			t.Error(err)
		}
	}
	refreshed, err := both.RefreshToken(t.Context(), payload.RefreshToken)
	if err != nil || headerOf(t, refreshed.AccessToken)["kid"] != headerOf(t, newer.AccessToken)["kid"] {
		t.Errorf("a refresh token of the key before: %v", err)
	}
	third := auth.New(store, auth.Options{Secret: []byte(older + " 3"), PreviousSecret: []byte(older + " 2")})
	_, err = third.Authenticate(t.Context(), payload.AccessToken)
	refused(t, err, auth.ErrTokenInvalid)
	if _, err := third.Authenticate(t.Context(), refreshed.AccessToken); err != nil {
		t.Error(err)
	}
}
