package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jwt"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// What a provider's user has here is taken at once, as anybody's is: what is open
// ends, and what the token itself gives stays.
func TestAProvidersUserLosesWhatIsTakenHere(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := jwk.FromRaw(private)
	if err != nil {
		t.Fatal(err)
	}
	key.Set(jwk.KeyIDKey, "one")
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	answers := http.NewServeMux()
	provider := httptest.NewServer(answers)
	t.Cleanup(provider.Close)
	answers.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"issuer": provider.URL, "jwks_uri": provider.URL + "/keys", "authorization_endpoint": provider.URL, "token_endpoint": provider.URL, "id_token_signing_alg_values_supported": []string{"ES256"}})
	})
	answers.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": []any{public}})
	})
	token := jwt.New()
	for name, value := range map[string]any{"iss": provider.URL, "aud": "lxdql", "sub": "42", "preferred_username": "ann", "exp": time.Now().Add(time.Hour), "groups": []string{"all"}} {
		token.Set(name, value)
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.ES256, key))
	if err != nil {
		t.Fatal(err)
	}
	ann := string(signed)

	simulated := lxdsim.New(lxdsim.Options{Instances: 2, OperationDelay: time.Millisecond})
	t.Cleanup(simulated.Close)
	socket := listening(t, simulated)
	server := runOn(t, socket, "sqlite:///"+filepath.Join(filepath.Dir(socket), "test.db"), 16, func(config *Config) {
		config.OIDC = OIDC{OIDCIssuer: provider.URL, OIDCClientID: "lxdql", OIDCRolesClaim: "groups", OIDCRoles: "all=VIEWER"}
	})
	admin := server.user("administrator", role(auth.RoleAdmin))
	server.ask(ann, `{ viewer { id } }`) // who is made a user by it
	set := func(role any) {
		t.Helper()
		if got := server.ask(admin, `mutation($role: Role) { updateUser(username: "ann", input: {role: $role}) { user { role } } }`, map[string]any{"role": role}); got.code() != "" {
			t.Fatal(got.text)
		}
	}
	set("ADMIN")
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.url+"/graphql", strings.NewReader(`{"query": "subscription { events(allProjects: true) { timestamp } }"}`))
	request.Header.Set("Authorization", "Bearer "+ann)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	ended := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(response.Body)
		ended <- string(text)
	}()
	time.Sleep(500 * time.Millisecond)
	set(nil)
	select {
	case text := <-ended:
		if !strings.Contains(text, "FORBIDDEN") {
			t.Error(text)
		}
	case <-time.After(6 * time.Second):
		t.Error("what was opened by an ADMIN goes on, who is none any more")
	}
	if got := server.ask(ann, `{ viewer { role } }`); !strings.Contains(got.text, `"VIEWER"`) {
		t.Errorf("what the token gives: %s", got.text)
	}
}
