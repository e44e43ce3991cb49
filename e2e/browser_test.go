package e2e

import (
	"os"
	"os/exec"
	"testing"
)

// GraphiQL in headless Chromium. LXDQL_SCREENSHOTS names a folder for pictures.
func TestGraphiQLInABrowser(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	name := newName()
	server.must(t, token, createBusybox, map[string]any{"name": name, "wait": 60})
	removeAfter(t, name)
	inBrowser(t, server, "browser.js", "LXDQL_TOKEN="+token, "LXDQL_INSTANCE="+name)
}

// The terminal's page in headless Chromium.
func TestATerminalInABrowser(t *testing.T) {
	server := onRealLXD(t)
	at := server.runningInstance(t, server.login(t))
	project := at["project"].(string)
	inBrowser(t, server, "terminal.js", "LXDQL_INSTANCE="+at["name"].(string), "LXDQL_PROJECT="+project)
	wantNoOperation(t, project) // the browser was closed
}

// inBrowser runs a script of clients that drives Chromium.
func inBrowser(t *testing.T, server *running, script string, environment ...string) {
	t.Helper()
	node := installClients(t)
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("TEST_LXD_REQUIRED") != "" {
			t.Fatal("no chromium: apt-get install chromium")
		}
		t.Skip("no chromium")
	}
	command := exec.CommandContext(t.Context(), "timeout", "180", node, script)
	command.Dir = "clients"
	command.Env = append(append(os.Environ(), "LXDQL_URL="+server.url, "LXDQL_PASSWORD="+server.password), environment...)
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
