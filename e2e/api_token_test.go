package e2e

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// command runs the program on the server's database.
func (s *running) command(t *testing.T, input string, arguments ...string) (output string, ok bool) {
	t.Helper()
	command := exec.Command(binary, arguments...)
	command.Dir, command.Stdin = s.directory, strings.NewReader(input)
	command.Env = []string{"HOME=" + s.directory}
	text, err := command.CombinedOutput()
	return strings.TrimSpace(string(text)), err == nil
}

// with asks who one is, with a header or a parameter of the URL.
func (s *running) with(t *testing.T, header, value, parameters string) int {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, s.url+"/graphql?query=%7Bviewer%7Busername%7D%7D"+parameters, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != "" {
		request.Header.Set(header, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func (s *running) createToken(t *testing.T, token, input string) string {
	t.Helper()
	return s.must(t, token, `mutation { createApiToken(input: {`+input+`}) { token } }`, nil).at("createApiToken", "token").(string)
}

// Who may make and revoke tokens, and what they can do.
func TestApiTokens(t *testing.T) {
	server := onRealLXD(t)
	admin, project := server.login(t), newProject(t, "true")
	viewer, operator := server.account(t, admin, "vera", "VIEWER"), server.account(t, admin, "olga", "OPERATOR")
	if got := server.ask(t, "", `mutation { createApiToken(input: {}) { token } }`, nil); got.Status != 401 {
		t.Error(got.Text)
	}
	server.walk(t, viewer, nil, []step{
		{`createApiToken(input: {role: OPERATOR}) { token }`, "FORBIDDEN", nil, nil},
		{`createApiToken(input: {expiresAt: "2020-01-01T00:00:00Z"}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`createApiToken(input: {projects: []}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`createApiToken(input: {description: "a\nb"}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`revokeApiToken(id: "nope") { deletedId }`, "NOT_FOUND", nil, nil},
	})
	if got := server.ask(t, viewer, `{ apiTokens(allUsers: true) { totalCount } }`, nil); got.code() != "FORBIDDEN" {
		t.Error(got.Text)
	}
	mutation := `mutation { addTag(name: "nope", project: "` + project + `", tag: "a") { instance { name } } }`
	for input, code := range map[string]string{`readOnly: true`: "FORBIDDEN", `role: VIEWER`: "FORBIDDEN", `projects: ["default"]`: "NOT_FOUND", `projects: ["` + project + `"]`: "NOT_FOUND", ``: "NOT_FOUND"} {
		token := server.createToken(t, operator, input)
		if got := server.ask(t, token, mutation, nil); got.code() != code {
			t.Errorf("%s: want %s: %s", input, code, got.Text)
		}
		if !strings.HasPrefix(token, "lxdql_") {
			t.Errorf("a token %.6s", token)
		}
	}
	elsewhere := server.createToken(t, operator, `projects: ["default"]`)
	if got := server.must(t, elsewhere, `{ projects { nodes { name } } }`, nil); strings.Contains(got.Text, project) {
		t.Errorf("a token for another project sees %s", got.Text)
	}
	if got := server.ask(t, elsewhere, `{ apiTokens { totalCount } }`, nil); got.code() != "FORBIDDEN" {
		t.Error(got.Text)
	}
	made := server.must(t, operator, `mutation { createApiToken(input: {description: "deploys", readOnly: true}) { token apiToken { id user { username } readOnly } } }`, nil)
	id, text := made.at("createApiToken", "apiToken", "id").(string), made.at("createApiToken", "token").(string)
	list := server.must(t, operator, `{ apiTokens(search: "deploys") { totalCount nodes { id description lastUsedAt readOnly } } }`, nil)
	if list.at("apiTokens", "totalCount") != 1.0 || strings.Contains(list.Text, text) {
		t.Error(list.Text)
	}
	if got := server.ask(t, viewer, `mutation { revokeApiToken(id: "`+id+`") { deletedId } }`, nil); got.code() != "NOT_FOUND" {
		t.Errorf("another's token: %s", got.Text)
	}
	if got := server.must(t, viewer, `{ node(id: "`+id+`") { id } }`, nil); got.at("node") != nil {
		t.Errorf("another's token: %s", got.Text)
	}
	server.must(t, text, `{ viewer { username } }`, nil)
	server.must(t, admin, `mutation { revokeApiToken(id: "`+id+`") { deletedId } }`, nil)
	if got := server.ask(t, text, `{ viewer { username } }`, nil); got.Status != 401 || got.code() != "UNAUTHENTICATED" {
		t.Errorf("a revoked token: %s", got.Text)
	}
}

// Every way of sending a token, the URL only where that was allowed.
func TestWaysOfSendingATokens(t *testing.T) {
	server := onRealLXD(t, "API_KEY=0f1e2d3c4b5a69788796")
	open := onRealLXD(t, "API_KEY=0f1e2d3c4b5a69788796", "ALLOW_QUERY_API_KEY=true")
	for _, one := range []struct {
		header, value, parameters string
		status, whenAllowed       int
	}{
		{"", "", "", 401, 401},
		{"Authorization", "Bearer 0f1e2d3c4b5a69788797", "", 401, 401},
		{"X-API-Key", "nope", "", 401, 401},
		{"", "", "&api_key=nope", 401, 401},
		{"Authorization", "Bearer 0f1e2d3c4b5a69788796", "", 200, 200},
		{"X-API-Key", "0f1e2d3c4b5a69788796", "", 200, 200},
		{"Private-Token", "0f1e2d3c4b5a69788796", "", 200, 200},
		{"", "", "&api_key=0f1e2d3c4b5a69788796", 401, 200},
		{"", "", "&private_token=0f1e2d3c4b5a69788796", 401, 200},
		{"", "", "&token=0f1e2d3c4b5a69788796", 401, 200},
	} {
		if got := server.with(t, one.header, one.value, one.parameters); got != one.status {
			t.Errorf("%s%s: HTTP %d, want %d", one.header, one.parameters, got, one.status)
		}
		if got := open.with(t, one.header, one.value, one.parameters); got != one.whenAllowed {
			t.Errorf("%s%s where the URL is allowed: HTTP %d, want %d", one.header, one.parameters, got, one.whenAllowed)
		}
	}
	socket := server.dial(t)
	socket.send("", "connection_init", map[string]string{"apiKey": "0f1e2d3c4b5a69788796"})
	if got := socket.receive(); got.Type != "connection_ack" {
		t.Errorf("%+v", got)
	}
	for _, one := range []*running{server, open} {
		one.stop()
		if strings.Contains(one.log.String(), "0f1e2d3c4b5a69788796") {
			t.Error("the log holds the token")
		}
	}
}

// What is done at the server's command line, while the server runs.
func TestTokensAndPasswordsOnTheCommandLine(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	server.account(t, admin, "vera", "VIEWER")
	for _, bad := range []struct{ input, arguments, says string }{
		{"", "token create --user nobody", "nobody"},
		{"", "token create --user vera --role ROOT", "--role"},
		{"", "token create --user vera --expires=-1h", "expiresAt"},
		{"short", "token import --user vera", "16 to 512"},
		{"", "token revoke nope", "nope"},
		{"short", "user passwd vera", "12 characters"},
		{"a long enough word", "user passwd nobody", "nobody"},
	} {
		if got, ok := server.command(t, bad.input, strings.Fields(bad.arguments)...); ok || !strings.Contains(got, bad.says) {
			t.Errorf("%s: %s", bad.arguments, got)
		}
	}
	got, ok := server.command(t, "", "token", "create", "--user", "vera", "--description", "by hand", "--expires", "1h", "--read-only", "--project", "default")
	lines := strings.Split(got, "\n")
	text := lines[len(lines)-1]
	if !ok || !strings.HasPrefix(text, "lxdql_") {
		t.Fatal(got)
	}
	server.must(t, text, `{ viewer { username grants { projectName role } } }`, nil)
	id, ok := server.command(t, "0f1e2d3c4b5a69788796\n", "token", "import", "--user", "vera")
	if !ok {
		t.Fatal(id)
	}
	server.must(t, "0f1e2d3c4b5a69788796", `{ viewer { username } }`, nil)
	if list, ok := server.command(t, "", "token", "list"); !ok || !strings.Contains(list, id) || !strings.Contains(list, "by hand") || strings.Contains(list, text) {
		t.Error(list)
	}
	if got, ok := server.command(t, "", "token", "revoke", id); !ok {
		t.Error(got)
	}
	if got := server.ask(t, "0f1e2d3c4b5a69788796", `{ viewer { username } }`, nil); got.Status != 401 {
		t.Errorf("after it was revoked: %s", got.Text)
	}
	if got, ok := server.command(t, "correct horse of a shell\n", "user", "passwd", "vera"); !ok {
		t.Error(got)
	}
	server.loginAs(t, "vera", "correct horse of a shell")
	trail := server.must(t, admin, `{ auditEvents(first: 100) { nodes { action username session code input } } }`, nil)
	for action, input := range map[string]string{"createApiToken": "by hand", "importApiToken": "vera", "revokeApiToken": id, "setPassword": "vera"} {
		kept := false
		for _, row := range trail.at("auditEvents", "nodes").([]any) {
			by, _ := into(row, "session").(string)
			kept = kept || (into(row, "action") == action && strings.HasPrefix(by, "command line") && into(row, "code") == nil && strings.Contains(fmt.Sprint(into(row, "input")), input))
		}
		if !kept {
			t.Errorf("%s is not in the audit trail: %s", action, trail.Text)
		}
	}
	if strings.Contains(trail.Text, text) || strings.Contains(trail.Text, "0f1e2d3c4b5a69788796") || strings.Contains(trail.Text, "of a shell") {
		t.Errorf("a secret is in the audit trail: %s", trail.Text)
	}
	server.wantNoSecretInLog(t)
}
