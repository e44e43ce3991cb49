package server

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/auth/oidctest"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// What a provider's user has here is taken at once, as anybody's is: what is open
// ends, and what the token itself gives stays.
func TestAProvidersUserLosesWhatIsTakenHere(t *testing.T) {
	provider := oidctest.New(t)
	ann := provider.Token(t, provider.Key, map[string]any{"groups": []string{"all"}})
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
