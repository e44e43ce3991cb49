package e2e

import (
	"net/http"
	"testing"
	"time"
)

// LXD goes away and comes back under a running server: meanwhile queries say
// so, afterwards they work, and the subscription goes on.
func TestLXDGoesAndComesBack(t *testing.T) {
	directory, socket := ownDaemon(t)
	server := start(t, "LXD_SOCKET_PATH="+socket)
	token := server.login(t)
	watching := server.connect(t, token)
	watching.subscribe("1", `subscription { instanceChanged(allProjects: true) { kind name } }`, nil)
	watching.subscribe("2", `subscription { events(types: [GAP], allProjects: true) { type ... on GapEvent { from to } } }`, nil)
	server.must(t, token, createBusybox, map[string]any{"name": "before", "wait": 60})
	waitFor(watching, "1", "before", "CREATED")

	script(t, "kill", directory)
	begun := time.Now()
	away := server.ask(t, token, `{ instances { totalCount } }`, nil)
	if away.code() != "LXD_UNAVAILABLE" || away.Status != http.StatusOK {
		t.Errorf("while LXD is away: HTTP %d %s", away.Status, away.Text)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %v to say so", took)
	}
	if change := server.ask(t, token, `mutation { startInstance(name: "before") { operation { id } } }`, nil); change.code() != "LXD_UNAVAILABLE" {
		t.Errorf("a change while LXD is away: %s", change.Text)
	}
	if response, err := http.Get(server.url + "/health"); err != nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("health while LXD is away: %v %v", response, err)
	}
	server.must(t, token, `{ viewer { username } }`, nil)

	script(t, "start", directory)
	server.must(t, token, `{ instances { totalCount } server { version } }`, nil)
	if gap := watching.next("2"); into(gap, "events", "to") == nil {
		t.Errorf("the gap: %v", gap)
	}
	server.must(t, token, createBusybox, map[string]any{"name": "after", "wait": 60})
	waitFor(watching, "1", "after", "CREATED")
}

// A server that starts before LXD does serves when LXD comes.
func TestLXDMayComeLater(t *testing.T) {
	server := start(t, "LXD_SOCKET_PATH="+t.TempDir()+"/unix.socket")
	token := server.login(t)
	if away := server.ask(t, token, `{ server { version } }`, nil); away.code() != "LXD_UNAVAILABLE" {
		t.Errorf("%s", away.Text)
	}
}
