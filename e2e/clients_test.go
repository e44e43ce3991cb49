package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Other people's clients, as they come from npm, against the server.
func TestOtherPeoplesClients(t *testing.T) {
	node := installClients(t)
	server := onRealLXD(t)
	token := server.login(t)
	name := newName()
	server.must(t, token, createBusybox, map[string]any{"name": name, "wait": 60})
	removeAfter(t, name)
	for _, client := range []string{"audits", "graphql-ws", "graphql-sse", "urql", "apollo", "relay", "subscriptions-transport-ws"} {
		t.Run(client, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), "timeout", "120", node, client+".js")
			command.Dir = "clients"
			command.Env = append(os.Environ(), "LXDQL_URL="+server.url, "LXDQL_TOKEN="+token, "LXDQL_INSTANCE="+name)
			out, err := command.CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			t.Logf("%s", out)
		})
	}
}

// installClients installs what the lock file says and returns the node to use:
// one on PATH, or the one that the build has put into the checkout.
func installClients(t *testing.T) string {
	t.Helper()
	if own, _ := filepath.Glob("../.node/node_modules/*/bin/node"); len(own) > 0 {
		bin, err := filepath.Abs(filepath.Dir(own[0]))
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	}
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("TEST_LXD_REQUIRED") != "" {
			t.Fatal("no node: make install brings one")
		}
		t.Skip("no node")
	}
	if _, err := os.Stat("clients/node_modules/.package-lock.json"); err == nil {
		return node
	}
	install := exec.Command("npm", "ci", "--no-audit", "--no-fund")
	install.Dir = "clients"
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, strings.TrimSpace(string(out)))
	}
	return node
}
