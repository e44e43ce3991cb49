package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// provider is a small identity provider.
type provider struct {
	url string
	key jwk.Key
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{key: signingKey(t)}
	public, err := p.key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	answers := http.NewServeMux()
	server := httptest.NewServer(answers)
	t.Cleanup(server.Close)
	p.url = server.URL
	answers.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"issuer": p.url, "jwks_uri": p.url + "/keys", "authorization_endpoint": p.url, "token_endpoint": p.url, "id_token_signing_alg_values_supported": []string{"ES256"}})
	})
	answers.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": []any{public}})
	})
	return p
}

func signingKey(t *testing.T) jwk.Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := jwk.FromRaw(private)
	if err != nil {
		t.Fatal(err)
	}
	key.Set(jwk.KeyIDKey, "one")
	return key
}

// token is one of the provider's, with some claims changed.
func (p *provider) token(t *testing.T, key jwk.Key, change map[string]any) string {
	t.Helper()
	token := jwt.New()
	claims := map[string]any{"iss": p.url, "aud": "lxdql", "sub": "42", "preferred_username": "ann", "exp": time.Now().Add(time.Hour), "groups": []string{"web"}}
	for name, value := range change {
		claims[name] = value
	}
	for name, value := range claims {
		if err := token.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.ES256, key))
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// Tokens of an identity provider let its users in, with the roles that their groups give.
func TestLogInByAnIdentityProvider(t *testing.T) {
	p := newProvider(t)
	project := newProject(t, "true")
	server := onRealLXD(t, "OIDC_ISSUER="+p.url, "OIDC_CLIENT_ID=lxdql", "OIDC_ROLES=admins=ADMIN,web=OPERATOR:"+project+",all=VIEWER")
	const who = `{ viewer { id username role } }`
	without := func(token string) string { return token[:strings.LastIndex(token, ".")+1] }
	for what, token := range map[string]string{
		"a forged one":         p.token(t, signingKey(t), nil),
		"for somebody else":    p.token(t, p.key, map[string]any{"aud": "other"}),
		"one that has ended":   p.token(t, p.key, map[string]any{"exp": time.Now().Add(-time.Hour)}),
		"of another provider":  p.token(t, p.key, map[string]any{"iss": "https://example.com"}),
		"without a signature":  without(p.token(t, p.key, nil)),
		"of nobody":            p.token(t, p.key, map[string]any{"sub": ""}),
		"without a known role": p.token(t, p.key, map[string]any{"groups": []string{"others"}}),
	} {
		if got := server.ask(t, token, `{ instances { totalCount } }`, nil); got.code() != "UNAUTHENTICATED" && got.code() != "FORBIDDEN" {
			t.Errorf("%s: %s", what, got.Text)
		}
	}

	ann := p.token(t, p.key, nil)
	first := server.must(t, ann, who, nil)
	if first.at("viewer", "username") != "ann" || first.at("viewer", "role") != nil {
		t.Errorf("%s", first.Text)
	}
	if got := server.must(t, ann, `query($p: String!) { instances(project: $p) { totalCount } }`, map[string]any{"p": project}); got.at("instances", "totalCount") != 0.0 {
		t.Errorf("the project of the group: %s", got.Text)
	}
	if got := server.ask(t, ann, `{ instances { totalCount } }`, nil); got.code() != "NOT_FOUND" {
		t.Errorf("another project: %s", got.Text)
	}
	// The groups are the token's; the user is the same.
	promoted := server.must(t, p.token(t, p.key, map[string]any{"groups": []string{"admins", "web"}, "preferred_username": "renamed"}), who, nil)
	if promoted.at("viewer", "role") != "ADMIN" || promoted.at("viewer", "id") != first.at("viewer", "id") || promoted.at("viewer", "username") != "ann" {
		t.Errorf("%s", promoted.Text)
	}
	if again := server.must(t, ann, who, nil); again.at("viewer", "role") != nil {
		t.Errorf("a role stays: %s", again.Text)
	}
	// A name that is taken here is not given away.
	stranger := server.must(t, p.token(t, p.key, map[string]any{"sub": "43", "preferred_username": "admin", "groups": "all"}), who, nil)
	if name, _ := stranger.at("viewer", "username").(string); !strings.HasPrefix(name, "admin-") || stranger.at("viewer", "role") != "VIEWER" {
		t.Errorf("%s", stranger.Text)
	}
	// Nobody has their password, and our own log-in goes on.
	if got := server.ask(t, "", `mutation { login(username: "ann", password: "") { accessToken } }`, nil); got.code() != "UNAUTHENTICATED" {
		t.Errorf("%s", got.Text)
	}
	server.must(t, server.login(t), who, nil)
	server.connect(t, ann)
	server.wantNoSecretInLog(t)
}

// A deleted user of a provider stays out, though the provider's token is good,
// until an administrator lets them in; then as somebody new.
func TestADeletedUserOfAProviderStaysOut(t *testing.T) {
	p := newProvider(t)
	server := onRealLXD(t, "OIDC_ISSUER="+p.url, "OIDC_CLIENT_ID=lxdql", "OIDC_ROLES=web=VIEWER")
	admin, ann := server.login(t), p.token(t, p.key, nil)
	const who = `{ viewer { id username role } }`
	first := server.must(t, ann, who, nil)
	server.must(t, admin, `mutation { updateUser(username: "ann", input: {role: ADMIN}) { user { id } } }`, nil)
	open := server.listening(t, ann)
	server.must(t, admin, `mutation { deleteUser(username: "ann") { deletedId } }`, nil)
	open.wantClosed(4401, 5*time.Second)
	for _, token := range []string{ann, p.token(t, p.key, map[string]any{"preferred_username": "someone-else"})} {
		if got := server.ask(t, token, who, nil); got.Status != http.StatusUnauthorized || !strings.Contains(got.Text, "readmitUser") {
			t.Errorf("a deleted user: %s", got.Text)
		}
	}
	barred := server.must(t, admin, `{ barredUsers { issuer subject username barredAt } }`, nil)
	if barred.at("barredUsers", 0, "username") != "ann" || barred.at("barredUsers", 0, "subject") != "42" || barred.at("barredUsers", 0, "issuer") != p.url {
		t.Error(barred.Text)
	}
	const readmit = `mutation($i: String!, $s: String!) { readmitUser(issuer: $i, subject: $s) { user { username } } }`
	if got := server.ask(t, admin, readmit, map[string]any{"i": p.url, "s": "43"}); got.code() != "NOT_FOUND" {
		t.Error(got.Text)
	}
	server.must(t, admin, readmit, map[string]any{"i": p.url, "s": "42"})
	again := server.must(t, ann, who, nil)
	if again.at("viewer", "role") != "VIEWER" || again.at("viewer", "id") == first.at("viewer", "id") {
		t.Errorf("let in again: %s", again.Text)
	}
}

// A provider that cannot be what it should be is refused at the start; one that is away is no reason not to start.
func TestProvidersThatDoNotWork(t *testing.T) {
	for says, environment := range map[string][]string{
		"OIDC_CLIENT_ID": {"OIDC_ISSUER=https://example.com"},
		"https://":       {"OIDC_ISSUER=http://example.com", "OIDC_CLIENT_ID=x"},
		"OIDC_ROLES":     {"OIDC_ISSUER=https://example.com", "OIDC_CLIENT_ID=x", "OIDC_ROLES=admins=ROOT"},
	} {
		if output := refusesToStart(t, append(environment, "LXD_SOCKET_PATH=/nope")...); !strings.Contains(output, says) {
			t.Errorf("%v: %s", environment, output)
		}
	}
	p := newProvider(t)
	token := p.token(t, p.key, nil)
	away := &provider{url: "http://127.0.0.1:1", key: p.key}
	server := onRealLXD(t, "OIDC_ISSUER="+away.url, "OIDC_CLIENT_ID=lxdql")
	server.login(t)
	if got := server.ask(t, away.token(t, p.key, nil), `{ viewer { id } }`, nil); got.code() != "UNAUTHENTICATED" || !strings.Contains(got.Text, "does not answer") {
		t.Errorf("%s", got.Text)
	}
	if got := server.ask(t, token, `{ viewer { id } }`, nil); got.code() != "UNAUTHENTICATED" {
		t.Errorf("%s", got.Text)
	}
}
