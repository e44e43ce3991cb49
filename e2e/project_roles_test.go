package e2e

import (
	"strings"
	"testing"
	"time"
)

// Who has no role anywhere looks after the own account, and sees nothing else.
func TestWithoutARole(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	caller := server.account(t, admin, "nora", "")
	for query, code := range map[string]string{
		`{ instances { totalCount } }`: "FORBIDDEN", `{ projects { totalCount } }`: "FORBIDDEN", `{ server { version } }`: "FORBIDDEN", `{ search(query: "a") { totalCount } }`: "FORBIDDEN",
		`mutation { setPassword(username: "admin", newPassword: "correct horse of nora") { user { id } } }`:                         "FORBIDDEN",
		`mutation { setPassword(oldPassword: "wrong horse of others", newPassword: "correct horse of nora") { user { id } } }`:      "BAD_USER_INPUT",
		`mutation { createApiToken(input: {description: "x"}) { token } }`:                                                          "FORBIDDEN",
		`{ viewer { username role grants { projectName } } sessions { totalCount } apiTokens { totalCount } }`:                      "",
		`mutation { setPassword(oldPassword: "` + somePassword + `", newPassword: "correct horse of nora") { user { username } } }`: "",
	} {
		if got := server.ask(t, caller, query, nil); got.code() != code {
			t.Errorf("%s: want %q: %s", query, code, got.Text)
		}
	}
	server.must(t, caller, `mutation { logout { deletedId } }`, nil)
	if got := server.ask(t, caller, `{ viewer { username } }`, nil); got.Status != 401 {
		t.Errorf("after the log-out: %s", got.Text)
	}
}

// Roles in a project go with it and follow it, whoever deletes and renames it: a
// new project of an old name is nobody's.
func TestRolesFollowTheirProject(t *testing.T) {
	server, ask := onRealLXD(t), lxdClient(t)
	admin, name, other := server.login(t), newName(), newName()
	remove := func() {
		ask("DELETE", "/1.0/projects/"+name, nil)
		ask("DELETE", "/1.0/projects/"+other, nil)
	}
	t.Cleanup(remove)
	caller := server.account(t, admin, "olga", "")
	create := `mutation($n: String!) { createProject(input: {name: $n}) { project { name } } }`
	named := map[string]any{"n": name, "o": other}
	sees := func(project string) bool {
		return server.ask(t, caller, `query($n: String!) { instances(project: $n) { totalCount } }`, map[string]any{"n": project}).code() == ""
	}
	soon := func(what string, project string, want bool) {
		t.Helper()
		for until := time.Now().Add(10 * time.Second); sees(project) != want; time.Sleep(100 * time.Millisecond) {
			if time.Now().After(until) {
				t.Fatalf("%s: sees %s is not %v", what, project, want)
			}
		}
	}
	granted := func() string {
		t.Helper()
		server.grant(t, admin, "olga", name, "OPERATOR")
		token := server.createToken(t, caller, `projects: ["`+name+`"]`)
		soon("granted", name, true)
		return token
	}
	server.must(t, admin, create, named)
	token := granted()
	for what, rename := range map[string]func(from, to string){
		"by us": func(from, to string) {
			server.must(t, admin, `mutation($n: String!, $o: String!) { renameProject(name: $n, newName: $o, wait: 30) { project { name } } }`, map[string]any{"n": from, "o": to})
		},
		"by LXD": func(from, to string) { waitRaw(ask, ask("POST", "/1.0/projects/"+from, map[string]any{"name": to})) },
	} {
		rename(name, other)
		soon("renamed "+what, other, true)
		if sees(name) {
			t.Errorf("renamed %s: the old name is there still", what)
		}
		if got := server.must(t, token, `{ viewer { grants { projectName } } projects { nodes { name viewerRole } } }`, nil); got.at("projects", "nodes", 0, "name") != other || got.at("projects", "nodes", 0, "viewerRole") != "OPERATOR" {
			t.Errorf("renamed %s: the token is for %s", what, got.Text)
		}
		rename(other, name)
		soon("renamed back "+what, name, true)
	}
	for what, end := range map[string]func(){
		"by us": func() {
			server.must(t, admin, `mutation($n: String!) { deleteProject(name: $n, wait: 30) { deletedId } }`, named)
		},
		"by LXD": func() { waitRaw(ask, ask("DELETE", "/1.0/projects/"+name, nil)) },
	} {
		watching := server.stream(t, caller, `subscription { events(allProjects: true) { project } }`)
		end()
		server.must(t, admin, create, named)
		if sees(name) && what == "by us" {
			t.Errorf("deleted %s: the new project is inherited", what)
		}
		soon("deleted "+what, name, false)
		if got := server.ask(t, token, `{ viewer { username } }`, nil); got.Status != 401 {
			t.Errorf("deleted %s: the token for nothing else is good: %s", what, got.Text)
		}
		wantEnd(t, watching, "FORBIDDEN")
		token = granted()
	}
}

// wantEnd waits for a stream's end, which has to say why.
func wantEnd(t *testing.T, lines <-chan string, code string) {
	t.Helper()
	timeout, said := time.After(10*time.Second), ""
	for {
		select {
		case line, ok := <-lines:
			if said += line; ok {
				continue
			}
			if !strings.Contains(said, code) {
				t.Errorf("the stream ended by %s", said)
			}
			return
		case <-timeout:
			t.Fatalf("the stream goes on: %s", said)
		}
	}
}

// A role that is taken away ends what was opened with it, and one that is given
// ends nothing.
func TestTakenRolesEndWhatIsOpen(t *testing.T) {
	server := onRealLXD(t)
	admin, project := server.login(t), newProject(t, "true")
	caller := server.account(t, admin, "olga", "")
	server.grant(t, admin, "olga", project, "VIEWER")
	stream, socket := server.stream(t, caller, `subscription { events(allProjects: true) { project } }`), server.listening(t, caller)
	server.grant(t, admin, "olga", project, "OPERATOR")
	time.Sleep(time.Second)
	select {
	case line, ok := <-stream:
		if !ok || strings.Contains(line, "errors") {
			t.Errorf("more rights ended the stream: %s", line)
		}
	default:
	}
	server.grant(t, admin, "olga", project, "VIEWER")
	wantEnd(t, stream, "FORBIDDEN")
	socket.wantClosed(4403, 10*time.Second)
}

// A command ends with the rights of who runs it, who is not told what it wrote.
func TestTakenRolesEndCommands(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	at := server.runningInstance(t, admin)
	caller := server.account(t, admin, "olga", "")
	server.grant(t, admin, "olga", at["project"].(string), "OPERATOR")
	for _, taken := range []struct{ how, code string }{
		{`revokeRole(username: "olga", project: "` + at["project"].(string) + `") { user { id } }`, "FORBIDDEN"},
		{`updateUser(username: "olga", input: {disabled: true}) { user { id } }`, "UNAUTHENTICATED"},
	} {
		server.grant(t, admin, "olga", at["project"].(string), "OPERATOR")
		ended := make(chan *answer, 1)
		go func() {
			ended <- server.ask(t, caller, `mutation($name: String!, $project: String) { runCommand(name: $name, project: $project, command: ["sh", "-c", "echo secret; exec sleep 987"]) { stdout } }`, at)
		}()
		time.Sleep(time.Second)
		server.must(t, admin, `mutation { `+taken.how+` }`, nil)
		select {
		case got := <-ended:
			if got.code() != taken.code || strings.Contains(got.Text, "secret") {
				t.Errorf("%s: %s", taken.how, got.Text)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: the command goes on", taken.how)
		}
		if left := server.must(t, admin, `mutation($name: String!, $project: String) { runCommand(name: $name, project: $project, command: ["ps"]) { stdout } }`, at).Text; strings.Contains(left, "sleep 987") {
			t.Errorf("%s: it runs on: %s", taken.how, left)
		}
	}
}

// An ADMIN of the server is told which instances reach the host, and who may
// enter them; nobody else is.
func TestSecurityNotesNameWhatReachesTheHost(t *testing.T) {
	server := onRealLXD(t)
	admin, project := server.login(t), newProject(t, "true")
	operator, viewer := server.account(t, admin, "olga", ""), server.account(t, admin, "vera", "VIEWER")
	server.grant(t, admin, "olga", project, "OPERATOR")
	const create = `mutation($n: String!, $p: String!, $c: StringMap, $d: DeviceMap) { createInstance(input: {name: $n, project: $p, source: {alias: "busybox"}, config: $c, devices: $d}, wait: 60) { instance { id } } }`
	type m = map[string]any
	for name, reach := range map[string]m{
		"harmless":   {"c": m{"limits.cpu": "1", "security.privileged": "false"}},
		"privileged": {"c": m{"security.privileged": "true"}}, "raw": {"c": m{"raw.lxc": "lxc.signal.halt=SIGTERM"}}, "nesting": {"c": m{"security.nesting": "true"}},
		"disk": {"d": m{"d": m{"type": "disk", "source": "/etc", "path": "/mnt"}}}, "unix": {"d": m{"d": m{"type": "unix-char", "path": "/dev/null"}}},
		"proxy": {"d": m{"d": m{"type": "proxy", "listen": "tcp:127.0.0.1:1", "connect": "tcp:127.0.0.1:2"}}}, "nic": {"d": m{"eth1": m{"type": "nic", "nictype": "macvlan", "parent": "eth0"}}},
	} {
		reach["n"], reach["p"] = name, project
		server.must(t, admin, create, reach)
	}
	server.must(t, admin, `mutation { createApiToken(input: {description: "ci", role: OPERATOR}) { token } }`, nil)
	for who, token := range map[string]string{"OPERATOR": operator, "VIEWER": viewer} {
		if got := server.must(t, token, `{ server { securityNotes } }`, nil); strings.Contains(got.Text, project) {
			t.Errorf("an %s is told %s", who, got.Text)
		}
	}
	notes := server.must(t, admin, `{ server { securityNotes } }`, nil)
	for name, by := range map[string]string{"privileged": "security.privileged", "raw": "raw.lxc", "nesting": "security.nesting", "disk": "the device d", "unix": "the device d", "proxy": "the device d", "nic": "the device eth1"} {
		if told := "The instance " + name + " of the project " + project + " reaches the host by " + by; !strings.Contains(notes.Text, told) {
			t.Errorf("nobody says %q: %s", told, notes.Text)
		}
	}
	if strings.Contains(notes.Text, "harmless") || !strings.Contains(notes.Text, "the user olga") || strings.Contains(notes.Text, "vera") || !strings.Contains(notes.Text, " of admin") {
		t.Errorf("the notes are %s", notes.Text)
	}
}
