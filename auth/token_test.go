package auth_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/jwtauth/v5"

	"github.com/lxdql/lxdql/auth"
)

// forge signs claims as somebody would who has the algorithm and a secret.
func forge(t *testing.T, algorithm, secret string, claims map[string]any) string {
	t.Helper()
	_, token, err := jwtauth.New(algorithm, []byte(secret), nil).Encode(claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestForgedTokensAreRefused(t *testing.T) {
	service, store := withUser(t, auth.Options{})
	payload := logIn(t, service)
	var session string
	for session = range store.sessions {
	}
	claims := func(changes map[string]any) map[string]any {
		all := map[string]any{"sub": "1", "sid": session, "use": "access", "exp": time.Now().Add(time.Hour)}
		for key, value := range changes {
			all[key] = value
			if value == nil {
				delete(all, key)
			}
		}
		return all
	}
	if _, err := service.Authenticate(t.Context(), forge(t, "HS256", theSecret, claims(nil))); err != nil {
		t.Fatalf("the token that the forgeries start from is no good: %v", err)
	}

	parts := strings.Split(payload.AccessToken, ".")
	raw := `{"sub":"1","sid":"` + session + `","use":"access","exp":9999999999}`
	forgeries := map[string]string{
		"another secret":            forge(t, "HS256", "another secret of thirty-two bytes", claims(nil)),
		"another algorithm":         forge(t, "HS512", theSecret, claims(nil)),
		"algorithm none":            encode(`{"alg":"none","typ":"JWT"}`) + "." + encode(raw) + ".",
		"algorithm none, signed":    encode(`{"alg":"none","typ":"JWT"}`) + "." + parts[1] + "." + parts[2],
		"changed payload":           parts[0] + "." + encode(raw) + "." + parts[2],
		"no signature":              parts[0] + "." + parts[1] + ".",
		"damaged signature":         parts[0] + "." + parts[1] + "." + encode("0123456789abcdef0123456789abcdef"),
		"claims without a token":    raw,
		"claims with two dots":      strings.Replace(raw, "{", `{"a":"..",`, 1),
		"another user's session":    forge(t, "HS256", theSecret, claims(map[string]any{"sub": "2"})),
		"a subject of no user":      forge(t, "HS256", theSecret, claims(map[string]any{"sub": "ann"})),
		"no expiry":                 forge(t, "HS256", theSecret, claims(map[string]any{"exp": nil})),
		"no session":                forge(t, "HS256", theSecret, claims(map[string]any{"sid": nil})),
		"a session of another type": forge(t, "HS256", theSecret, claims(map[string]any{"sid": 7})),
		"no use":                    forge(t, "HS256", theSecret, claims(map[string]any{"use": nil})),
		"a refresh token":           payload.RefreshToken,
		"not yet valid":             forge(t, "HS256", theSecret, claims(map[string]any{"nbf": time.Now().Add(time.Hour)})),
		"nonsense":                  "nonsense",
		"dots":                      "..",
		"a long token":              payload.AccessToken + strings.Repeat("A", 1<<20),
	}
	for name, token := range forgeries {
		t.Run(name, func(t *testing.T) {
			identity, err := service.Authenticate(t.Context(), token)
			refused(t, err, auth.ErrTokenInvalid)
			refused(t, err, auth.ErrUnauthenticated)
			if identity != nil {
				t.Error("a forged token gave an identity")
			}
		})
	}
}

func TestNoTokenIsAnonymous(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	for _, bearer := range []string{"", "Bearer ", "  "} {
		_, err := service.Authenticate(t.Context(), bearer)
		refused(t, err, auth.ErrUnauthenticated)
	}
}

func TestAccessTokenDoesNotRefresh(t *testing.T) {
	service, _ := withUser(t, auth.Options{})
	payload := logIn(t, service)
	_, err := service.RefreshToken(t.Context(), payload.AccessToken)
	refused(t, err, auth.ErrTokenInvalid)
	// And the attempt costs the session nothing.
	if _, err := service.RefreshToken(t.Context(), payload.RefreshToken); err != nil {
		t.Error(err)
	}
}

func TestWithoutASecretNothingIsSignedOrAccepted(t *testing.T) {
	_, store := withUser(t, auth.Options{})
	service := auth.New(store, auth.Options{})
	if _, err := service.Login(t.Context(), "ann", thePassword); err == nil {
		t.Error("a token was signed with no secret")
	}
	header, claims := encode(`{"alg":"HS256"}`), encode(`{"sub":"1","sid":"s","use":"access","exp":9999999999}`)
	_, err := service.Authenticate(t.Context(), header+"."+claims+".")
	refused(t, err, auth.ErrTokenInvalid)
}
