package e2e

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// exported reads the journal as lines.
func exported(t *testing.T, server *running, token, project string) {
	t.Helper()
	in := "&project=" + project
	for query, want := range map[string]int{
		"kind=nope": 400, "after=nope": 400, "after=bG9jYWwKb3RoZXIKMQ": 410, "project=no-such": 200, "allProjects=perhaps": 400, "types=NONSENSE": 400, "nonsense=1": 400,
		"kind=events&username=admin": 400, "kind=operations&after=x": 400, "kind=audit&project=x": 400, "kind=audit&from=yesterday": 400, "kind=audit&after=-": 400, "project=a&project=b": 400,
	} {
		if status, lines := ndjson(t, server, token, query); status != want || status != 200 && !strings.Contains(strings.Join(lines, ""), `"code"`) {
			t.Errorf("%s: HTTP %d: %v", query, status, lines)
		}
	}
	lines := func(query string) []string {
		t.Helper()
		status, lines := ndjson(t, server, token, query)
		for _, line := range lines {
			if status != http.StatusOK || !json.Valid([]byte(line)) {
				t.Errorf("%s: HTTP %d: %s", query, status, line)
			}
		}
		return lines
	}
	all := lines("kind=events" + in)
	for query, want := range map[string]string{
		"kind=events" + in: "instance-created", "kind=operations" + in: "Creating instance", "kind=audit": "updateInstance", "kind=audit&username=admin&action=updateInstance": "updateInstance",
		"types=LIFECYCLE" + in: "instance-created", "types=OPERATION,LIFECYCLE&actions=instance-updated" + in: "instance-updated", "allProjects=true": "instance-created",
		"kind=audit&from=2020-01-01T00:00:00Z&to=" + url.QueryEscape(time.Now().Add(time.Hour).Format(time.RFC3339)): "updateInstance",
	} {
		if got := lines(query); len(got) < 1 || !strings.Contains(strings.Join(got, ""), want) {
			t.Errorf("%s: %d lines without %s", query, len(got), want)
		}
	}
	for query, unwanted := range map[string]string{
		"types=LIFECYCLE" + in: `"type":"OPERATION"`, "types=OPERATION" + in: `"type":"LIFECYCLE"`, "types=LIFECYCLE&actions=instance-updated" + in: "instance-created",
		"kind=audit&action=login": "updateInstance", "kind=audit&username=nobody": "{", "kind=audit&from=2099-01-01T00:00:00Z": "{", "kind=audit&to=2020-01-01T00:00:00Z": "{",
	} {
		if got := lines(query); strings.Contains(strings.Join(got, ""), unwanted) {
			t.Errorf("%s has %s: %v", query, unwanted, got)
		}
	}
	cursor := func(line string) string {
		var row struct{ Cursor string }
		json.Unmarshal([]byte(line), &row)
		return row.Cursor
	}
	if rest := lines("after=" + cursor(all[0]) + in); len(rest) < len(all)-1 || rest[0] != all[1] {
		t.Errorf("behind the first of %d there are %d", len(all), len(rest))
	}
	trail := lines("kind=audit")
	if rest := lines("kind=audit&after=" + cursor(trail[0])); len(rest) != len(trail)-1 || rest[0] != trail[1] {
		t.Errorf("behind the first of %d rows there are %d", len(trail), len(rest))
	}
	if status, _ := ndjson(t, server, "", "kind=events"); status != http.StatusUnauthorized {
		t.Errorf("without a token: HTTP %d", status)
	}
	stranger := server.account(t, token, "stranger", "")
	for query, want := range map[string]int{"kind=events" + in: 404, "kind=operations" + in: 404, "kind=events": 404, "kind=audit": 403} {
		if status, _ := ndjson(t, server, stranger, query); status != want {
			t.Errorf("a stranger asks for %s: HTTP %d", query, status)
		}
	}
	if got, _ := ndjson(t, server, stranger, "allProjects=true"); got != http.StatusOK {
		t.Errorf("a stranger asks for all: HTTP %d", got)
	}
	server.demote(t, "VIEWER")
	viewer := server.login(t)
	if status, _ := ndjson(t, server, viewer, "kind=audit"); status != http.StatusForbidden {
		t.Errorf("a viewer reads the audit trail: HTTP %d", status)
	}
	if refused := server.ask(t, viewer, `{ auditEvents { totalCount } }`, nil); refused.code() != "FORBIDDEN" {
		t.Errorf("a viewer asks for the audit trail: %s", refused.Text)
	}
}

// What is too old is forgotten while the server runs: whoever comes with a cursor
// from before is told, with the oldest one that there is, and goes on from that.
func TestWhatIsTooOldIsForgotten(t *testing.T) {
	type m = map[string]any
	server := onRealLXD(t)
	admin := server.login(t)
	project, ask := newProject(t, "true"), lxdClient(t)
	profiles := func(names ...string) {
		t.Helper()
		for _, name := range names {
			t.Cleanup(func() { ask("DELETE", "/1.0/profiles/"+name+"?project="+project, nil) })
			server.must(t, admin, `mutation($n: String!, $p: String) { createProfile(input: {name: $n, project: $p}) { profile { name } } }`, m{"n": name, "p": project})
		}
	}
	profiles("a", "b")
	const page = `query($p: String, $after: String, $last: Int) { events(project: $p, after: $after, last: $last) { nodes { cursor ... on LifecycleEvent { action source } } } }`
	before := server.must(t, admin, page, m{"p": project})
	old := before.at("events", "nodes", 0, "cursor")
	server.stop()
	database, err := sql.Open("sqlite3", filepath.Join(server.directory, "data", "lxdql.db"))
	if err != nil {
		t.Fatal(err)
	}
	for table, column := range map[string]string{"journal_events": "timestamp", "journal_operations": "timestamp", "audit_events": "created_at"} {
		if _, err := database.Exec(`UPDATE ` + table + ` SET ` + column + ` = '2020-01-01 00:00:00+00:00'`); err != nil {
			t.Fatal(err)
		}
	}
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}
	password := server.password
	server = launch(t, exec.Command(binary), server.directory, "LXD_SOCKET_PATH="+realSocket(t))
	server.password = password
	admin = server.login(t)
	server.inStep(t, admin)
	profiles("c")
	var refused *answer
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if refused = server.ask(t, admin, page, m{"p": project, "after": old}); refused.code() != "" || time.Since(begun) > 10*time.Second {
			break
		}
	}
	if refused.code() != "CURSOR_EXPIRED" {
		t.Fatalf("after %v: %s", old, refused.Text)
	}
	oldest, _ := refused.Errors[0].Extensions["oldestCursor"].(string)
	const follow = `subscription($p: String, $after: String) { events(project: $p, after: $after, types: [LIFECYCLE]) { cursor ... on LifecycleEvent { source } } }`
	if refused := server.refusedSubscription(t, admin, follow, m{"p": project, "after": old}); !strings.Contains(refused, "CURSOR_EXPIRED") || !strings.Contains(refused, oldest) {
		t.Errorf("who follows from there: %s", refused)
	}
	late := server.connect(t, admin)
	late.subscribe("2", follow, m{"p": project, "after": oldest})
	if source := into(late.next("2"), "events", "source"); source != "/1.0/profiles/c?project="+project {
		t.Errorf("after the oldest: %v", source)
	}
	profiles("d")
	if source := into(late.next("2"), "events", "source"); source != "/1.0/profiles/d?project="+project {
		t.Errorf("and then: %v", source)
	}
	if kept := server.must(t, admin, page, m{"p": project}); strings.Contains(kept.Text, "/profiles/a?") || !strings.Contains(kept.Text, "/profiles/c?") {
		t.Errorf("what is kept: %s", kept.Text)
	}
	if trail := server.must(t, admin, `{ auditEvents(last: 1) { nodes { action createdAt } } }`, nil); strings.HasPrefix(trail.at("auditEvents", "nodes", 0, "createdAt").(string), "2020") {
		t.Errorf("the trail: %s", trail.Text)
	}
}

func ndjson(t *testing.T, server *running, token, query string) (int, []string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", server.url+"/api/v1/journal.ndjson?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var lines []string
	scanner := bufio.NewScanner(response.Body)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
	}
	return response.StatusCode, lines
}
