package e2e

import (
	"os"
	"os/exec"
	"testing"
)

// GraphiQL in headless Chromium. LXDQL_SCREENSHOTS names a folder for pictures.
func TestGraphiQLInABrowser(t *testing.T) {
	node := installClients(t)
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("TEST_LXD_REQUIRED") != "" {
			t.Fatal("no chromium: apt-get install chromium")
		}
		t.Skip("no chromium")
	}
	server := onRealLXD(t)
	token := server.login(t)
	name := newName()
	server.must(t, token, createBusybox, map[string]any{"name": name, "wait": 60})
	removeAfter(t, name)
	command := exec.CommandContext(t.Context(), "timeout", "180", node, "browser.js")
	command.Dir = "clients"
	command.Env = append(os.Environ(), "LXDQL_URL="+server.url, "LXDQL_TOKEN="+token, "LXDQL_INSTANCE="+name, "LXDQL_PASSWORD="+server.password)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
