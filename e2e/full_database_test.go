package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Where the database's disk is full, subscribers are told all the same, who changes
// something learns that it is in no audit trail, and nothing is missing in the
// journal once there is room.
func TestTheDatabasesDiskIsFull(t *testing.T) {
	type m = map[string]any
	disk := small(t, "4m")
	server := onRealLXD(t, "DATABASE_URL=sqlite:///"+filepath.Join(disk, "lxdql.db"))
	token := server.login(t)
	ask := lxdClient(t)
	project := newProject(t, "true")
	change := func(n int) {
		t.Helper()
		if answer := ask("PATCH", "/1.0/profiles/default?project="+project, m{"description": fmt.Sprint(n)}); answer["type"] == "error" {
			t.Fatal(answer)
		}
	}
	const mine = `mutation($p: String) { updateProfile(name: "default", project: $p, input: {description: "mine"}) { profile { description } } }`
	health := func() *answer { return server.must(t, "", `{ health { status database { ok } } }`, nil) }
	watching := server.connect(t, token)
	watching.subscribe("1", `subscription($p: String) { events(project: $p, types: [LIFECYCLE]) { cursor ... on LifecycleEvent { action } } }`, m{"p": project})
	server.must(t, token, mine, m{"p": project})
	watching.next("1")

	fill, err := os.Create(filepath.Join(disk, "fill"))
	if err != nil {
		t.Fatal(err)
	}
	for size := 64 << 10; size > 0; size /= 2 {
		for err = nil; err == nil; _, err = fill.Write(make([]byte, size)) {
		}
	}
	fill.Close()
	const many = 300 // more than the room that the database has of its own
	last := ""
	for n := range many {
		change(n)
		last, _ = into(watching.next("1"), "events", "cursor").(string)
	}
	refused := server.ask(t, token, mine, m{"p": project})
	if refused.Status != http.StatusOK || refused.code() != "LIMIT_EXCEEDED" || !strings.Contains(refused.Text, "audit trail") {
		t.Errorf("a change: %s", refused.Text)
	}
	server.must(t, token, `{ instances { totalCount } viewer { username } }`, nil)
	if told := health(); told.at("health", "status") != "degraded" || told.at("health", "database", "ok") != false {
		t.Errorf("its health: %s", told.Text)
	}

	os.Remove(fill.Name())
	for begun := time.Now(); health().at("health", "database", "ok") != true; time.Sleep(200 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("its health, with room again: %s", health().Text)
		}
	}
	server.must(t, token, mine, m{"p": project})
	_, lines := ndjson(t, server, token, "types=LIFECYCLE&actions=profile-updated&project="+project)
	if len(lines) < many+3 || !strings.Contains(strings.Join(lines, ""), last) {
		t.Errorf("of %d events %d are kept", many+3, len(lines))
	}
}
