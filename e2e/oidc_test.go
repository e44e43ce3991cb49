package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth/oidctest"
)

// Tokens of an identity provider let its users in, with the roles that their groups give.
func TestLogInByAnIdentityProvider(t *testing.T) {
	p := oidctest.New(t)
	project := newProject(t, "true")
	server := onRealLXD(t, "OIDC_ISSUER="+p.URL, "OIDC_CLIENT_ID=lxdql", "OIDC_ROLES=admins=ADMIN,web=OPERATOR:"+project+",all=VIEWER")
	const who = `{ viewer { id username role } }`
	without := func(token string) string { return token[:strings.LastIndex(token, ".")+1] }
	for what, token := range map[string]string{
		"a forged one":         p.Token(t, oidctest.SigningKey(t), nil),
		"for somebody else":    p.Token(t, p.Key, map[string]any{"aud": "other"}),
		"one that has ended":   p.Token(t, p.Key, map[string]any{"exp": time.Now().Add(-time.Hour)}),
		"of another provider":  p.Token(t, p.Key, map[string]any{"iss": "https://example.com"}),
		"without a signature":  without(p.Token(t, p.Key, nil)),
		"of nobody":            p.Token(t, p.Key, map[string]any{"sub": ""}),
		"without a known role": p.Token(t, p.Key, map[string]any{"groups": []string{"others"}}),
	} {
		if got := server.ask(t, token, `{ instances { totalCount } }`, nil); got.code() != "UNAUTHENTICATED" && got.code() != "FORBIDDEN" {
			t.Errorf("%s: %s", what, got.Text)
		}
	}

	ann := p.Token(t, p.Key, nil)
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
	promoted := server.must(t, p.Token(t, p.Key, map[string]any{"groups": []string{"admins", "web"}, "preferred_username": "renamed"}), who, nil)
	if promoted.at("viewer", "role") != "ADMIN" || promoted.at("viewer", "id") != first.at("viewer", "id") || promoted.at("viewer", "username") != "ann" {
		t.Errorf("%s", promoted.Text)
	}
	if again := server.must(t, ann, who, nil); again.at("viewer", "role") != nil {
		t.Errorf("a role stays: %s", again.Text)
	}
	// A name that is taken here is not given away.
	stranger := server.must(t, p.Token(t, p.Key, map[string]any{"sub": "43", "preferred_username": "admin", "groups": "all"}), who, nil)
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
	p := oidctest.New(t)
	server := onRealLXD(t, "OIDC_ISSUER="+p.URL, "OIDC_CLIENT_ID=lxdql", "OIDC_ROLES=web=VIEWER")
	admin, ann := server.login(t), p.Token(t, p.Key, nil)
	const who = `{ viewer { id username role } }`
	first := server.must(t, ann, who, nil)
	server.must(t, admin, `mutation { updateUser(username: "ann", input: {role: ADMIN}) { user { id } } }`, nil)
	open := server.listening(t, ann)
	server.must(t, admin, `mutation { deleteUser(username: "ann") { deletedId } }`, nil)
	open.wantClosed(4401, 5*time.Second)
	for _, token := range []string{ann, p.Token(t, p.Key, map[string]any{"preferred_username": "someone-else"})} {
		if got := server.ask(t, token, who, nil); got.Status != http.StatusUnauthorized || !strings.Contains(got.Text, "readmitUser") {
			t.Errorf("a deleted user: %s", got.Text)
		}
	}
	barred := server.must(t, admin, `{ barredUsers { issuer subject username barredAt } }`, nil)
	if barred.at("barredUsers", 0, "username") != "ann" || barred.at("barredUsers", 0, "subject") != "42" || barred.at("barredUsers", 0, "issuer") != p.URL {
		t.Error(barred.Text)
	}
	const readmit = `mutation($i: String!, $s: String!) { readmitUser(issuer: $i, subject: $s) { user { username } } }`
	if got := server.ask(t, admin, readmit, map[string]any{"i": p.URL, "s": "43"}); got.code() != "NOT_FOUND" {
		t.Error(got.Text)
	}
	server.must(t, admin, readmit, map[string]any{"i": p.URL, "s": "42"})
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
	p := oidctest.New(t)
	token := p.Token(t, p.Key, nil)
	away := &oidctest.Provider{URL: "http://127.0.0.1:1", Key: p.Key}
	server := onRealLXD(t, "OIDC_ISSUER="+away.URL, "OIDC_CLIENT_ID=lxdql")
	server.login(t)
	if got := server.ask(t, away.Token(t, p.Key, nil), `{ viewer { id } }`, nil); got.code() != "UNAUTHENTICATED" || !strings.Contains(got.Text, "does not answer") {
		t.Errorf("%s", got.Text)
	}
	if got := server.ask(t, token, `{ viewer { id } }`, nil); got.code() != "UNAUTHENTICATED" {
		t.Errorf("%s", got.Text)
	}
}
