package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwt"

	"github.com/lxdql/lxdql/auth"
)

// work is what makes a hash dear: its parameters and lengths.
func work(t *testing.T, hash string) string {
	t.Helper()
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		t.Fatalf("a hash in parts: %q", parts)
	}
	return fmt.Sprint(parts[1:4], base64.RawStdEncoding.DecodedLen(len(parts[4])), base64.RawStdEncoding.DecodedLen(len(parts[5])))
}

// Each refused log-in does the same work, once: how long it takes tells nothing.
func TestEveryRefusedLogInDoesTheSameWork(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	ann := store.users[1]
	now := time.Now()
	store.users[2] = auth.User{ID: 2, Username: "disabled", PasswordHash: ann.PasswordHash, DisabledAt: &now}
	store.users[3] = auth.User{ID: 3, Username: "of-a-provider", PasswordHash: service.Nobody()}
	store.lastID = 3
	want := work(t, ann.PasswordHash)
	for _, c := range []struct{ username, password string }{
		{"ann", "wrong horse"}, {"nobody", "wrong horse"}, {"", ""}, {"nobody", thePassword},
		{"disabled", thePassword}, {"disabled", "wrong horse"}, {"of-a-provider", thePassword}, {"of-a-provider", ""},
	} {
		var done []string
		counting := auth.New(store, auth.Options{Secret: []byte(theSecret)})
		counting.Compared(func(hash string) { done = append(done, work(t, hash)) })
		_, err := counting.Login(t.Context(), c.username, c.password)
		refused(t, err, auth.ErrWrongPassword)
		if len(done) != 1 || done[0] != want {
			t.Errorf("%q with %q: %v, want once %s", c.username, c.password, done, want)
		}
	}
}

// signed signs claims with any key and header.
func signed(t *testing.T, algorithm jwa.SignatureAlgorithm, key any, header map[string]any, claims map[string]any) string {
	t.Helper()
	token := jwt.New()
	for name, value := range claims {
		if err := token.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	headers := newHeaders(t, header)
	text, err := jwt.Sign(token, jwt.WithKey(algorithm, key, headers))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Tokens that a clever stranger would make of what is public.
func TestTokensOfStrangers(t *testing.T) {
	service, store := withUser(t, auth.Options{PreviousSecret: []byte("the secret before this one, which still verifies")})
	payload := logIn(t, service)
	var session string
	for session = range store.sessions {
	}
	kid := headerOf(t, payload.AccessToken)["kid"]
	claims := map[string]any{"sub": "1", "sid": session, "use": "access", "exp": time.Now().Add(time.Hour)}
	with := func(name string, value any) map[string]any {
		all := map[string]any{name: value}
		for key, kept := range claims {
			if key != name {
				all[key] = kept
			}
		}
		return all
	}
	secret := []byte(theSecret)
	if _, err := service.Authenticate(t.Context(), signed(t, jwa.HS256, secret, map[string]any{"kid": kid}, claims)); err != nil {
		t.Fatalf("the token that the others start from: %v", err)
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	payloadPart := strings.Split(payload.AccessToken, ".")[1]
	for name, token := range map[string]string{
		"none, with our kid":             encode(fmt.Sprintf(`{"alg":"none","kid":%q}`, kid)) + "." + payloadPart + ".",
		"NONE":                           encode(`{"alg":"NONE"}`) + "." + payloadPart + ".",
		"RS256 under our kid":            signed(t, jwa.RS256, private, map[string]any{"kid": kid}, claims),
		"HS256 by a public key":          signed(t, jwa.HS256, public, map[string]any{"kid": kid}, claims),
		"HS256 by nothing":               signed(t, jwa.HS256, []byte{0}, map[string]any{"kid": kid}, claims),
		"HS384 by our secret":            signed(t, jwa.HS384, secret, map[string]any{"kid": kid}, claims),
		"a kid that is a path":           signed(t, jwa.HS256, []byte{0}, map[string]any{"kid": "../../../../dev/null"}, claims),
		"a kid that is SQL":              signed(t, jwa.HS256, []byte("x"), map[string]any{"kid": "' UNION SELECT 'x' --"}, claims),
		"another kid, by our secret":     signed(t, jwa.HS256, secret, map[string]any{"kid": "0000000000000000"}, claims),
		"the kid of the key before":      signed(t, jwa.HS256, secret, map[string]any{"kid": headerOf(t, ofSecret(t, store, "the secret before this one, which still verifies"))["kid"]}, claims),
		"brings its key":                 signed(t, jwa.RS256, private, map[string]any{"kid": kid, "jwk": ownKey(t, private)}, claims),
		"says where its key is":          signed(t, jwa.RS256, private, map[string]any{"kid": kid, "jku": "https://evil.example/keys"}, claims),
		"issued in the future":           signed(t, jwa.HS256, secret, map[string]any{"kid": kid}, with("iat", time.Now().Add(time.Hour))),
		"valid in the future":            signed(t, jwa.HS256, secret, map[string]any{"kid": kid}, with("nbf", time.Now().Add(time.Hour))),
		"use in capitals":                signed(t, jwa.HS256, secret, map[string]any{"kid": kid}, with("use", "ACCESS")),
		"several uses":                   signed(t, jwa.HS256, secret, map[string]any{"kid": kid}, with("use", []string{"access", "refresh"})),
		"a user that is a number and ..": signed(t, jwa.HS256, secret, map[string]any{"kid": kid}, with("sub", "1 OR 1")),
		"the refresh token":              payload.RefreshToken,
	} {
		identity, err := service.Authenticate(t.Context(), token)
		refused(t, err, auth.ErrTokenInvalid)
		if identity != nil {
			t.Errorf("%s: let in", name)
		}
		if _, err := service.RefreshToken(t.Context(), token); name != "the refresh token" && err == nil {
			t.Errorf("%s: refreshed", name)
		}
	}
}

// The beginning of an API token is for people who look for secrets: nothing is decided by it.
func TestWhatBeginsLikeATokenIsNone(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	token, text, err := service.TokenFor(t.Context(), 1, auth.CreateApiTokenInput{}, "")
	if err != nil {
		t.Fatal(err)
	}
	payload := logIn(t, service)
	bare := strings.TrimPrefix(text, "lxdql_")
	for name, wrong := range map[string]string{
		"without the beginning":     bare,
		"the beginning twice":       "lxdql_" + text,
		"in capitals":               "LXDQL_" + bare,
		"the beginning alone":       "lxdql_",
		"the id":                    token.ID,
		"the id with the beginning": "lxdql_" + token.ID,
		"the hash":                  store.tokens[token.ID].Hash,
		"the hash with a beginning": "lxdql_" + store.tokens[token.ID].Hash,
		"one letter less":           text[:len(text)-1],
		"one letter more":           text + "A",
		"an access token with it":   "lxdql_" + payload.AccessToken,
		"as a JWT":                  "lxdql_." + bare + ".",
	} {
		if identity, err := service.Authenticate(t.Context(), wrong); identity != nil {
			t.Errorf("%s: let in", name)
		} else {
			refused(t, err, auth.ErrTokenInvalid)
		}
	}
	if _, err := service.RefreshToken(t.Context(), text); err == nil {
		t.Error("an API token refreshes a session")
	}
	if identity, err := service.Authenticate(t.Context(), text); err != nil || identity.Token == nil {
		t.Errorf("the token itself: %v", err)
	}
}

// A log-in always makes a session of its own: none can be given to somebody beforehand.
func TestALogInNeverTakesOverASession(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	role := auth.RoleViewer
	if _, err := service.CreateUser(t.Context(), "mallory", thePassword, &role); err != nil {
		t.Fatal(err)
	}
	planted, err := service.Login(t.Context(), "mallory", thePassword)
	if err != nil {
		t.Fatal(err)
	}
	mallory, err := service.Authenticate(t.Context(), planted.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	victim, err := service.Login(auth.With(t.Context(), mallory), "ann", thePassword)
	if err != nil {
		t.Fatal(err)
	}
	ann, err := service.Authenticate(t.Context(), victim.AccessToken)
	if err != nil || ann.SessionID == mallory.SessionID || ann.User.Username != "ann" {
		t.Errorf("%+v %v", ann, err)
	}
	if again, err := service.Authenticate(t.Context(), planted.AccessToken); err != nil || again.User.Username != "mallory" {
		t.Errorf("the session before is somebody else's now: %+v %v", again, err)
	}
}

// Failures are counted in the store, so that a second process helps no guesser;
// and of IPv6 by network, so that a second address of the same host does not.
func TestGuessersHaveToWaitEverywhere(t *testing.T) {
	here, store := withUser(t, auth.Options{})
	there := auth.New(store, auth.Options{Secret: []byte(theSecret)})
	for n := range 5 {
		service := []*auth.Service{here, there}[n%2]
		_, err := service.Login(from(t, fmt.Sprintf("2001:db8::%d", n+1)), "ann", "wrong horse")
		refused(t, err, auth.ErrWrongPassword)
	}
	for _, service := range []*auth.Service{here, there} {
		_, err := service.Login(from(t, "2001:db8::99"), "ann", thePassword)
		early(t, err, true)
		_, err = service.Login(from(t, "2001:db8:0:1::1"), "ann", thePassword)
		early(t, err, false)
	}
	for key := range store.failures {
		if strings.Contains(key, "ann") || len(key) != 64 {
			t.Errorf("what was typed as a name is kept: %s", key)
		}
	}
}
