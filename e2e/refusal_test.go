package e2e

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"
)

// What everybody is refused, and what a refusal says.
func TestBadInputGetsItsCode(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	for _, bad := range []struct {
		what, token, query string
		variables          map[string]any
		status             int
		code               string
	}{
		{"anonymous", "", `{ instances { totalCount } }`, nil, 401, "UNAUTHENTICATED"},
		{"anonymous in a fragment", "", `{ ... on Query { a: server { version } } }`, nil, 401, "UNAUTHENTICATED"},
		{"forged token", token[:len(token)-4] + "AAAA", `{ viewer { username } }`, nil, 401, "UNAUTHENTICATED"},
		{"no token at all", "abc", `{ viewer { username } }`, nil, 401, "UNAUTHENTICATED"},
		{"wrong password", "", `mutation { login(username: "admin", password: "wrong password") { accessToken } }`, nil, 200, "UNAUTHENTICATED"},
		{"unknown user", "", `mutation { login(username: "nobody", password: "wrong password") { accessToken } }`, nil, 200, "UNAUTHENTICATED"},
		{"refresh with an access token", "", `mutation($t: String!) { refreshToken(refreshToken: $t) { accessToken } }`, map[string]any{"t": token}, 200, "UNAUTHENTICATED"},
		{"unknown field", token, `{ instances { nope } }`, nil, 200, "GRAPHQL_VALIDATION_FAILED"},
		{"no GraphQL", token, `{ instances {`, nil, 200, "GRAPHQL_PARSE_FAILED"},
		{"missing instance", token, `{ instance(name: "nope") { name } }`, nil, 200, "NOT_FOUND"},
		{"missing project", token, `{ instances(project: "nope") { totalCount } }`, nil, 200, "NOT_FOUND"},
		{"missing operation", token, `{ operation(id: "nope") { id } }`, nil, 200, "NOT_FOUND"},
		{"malformed id", token, `{ node(id: "nope") { id } }`, nil, 200, "BAD_USER_INPUT"},
		{"negative first", token, `{ instances(first: -1) { totalCount } }`, nil, 200, "BAD_USER_INPUT"},
		{"large first", token, `{ instances(first: 101) { totalCount } }`, nil, 200, "BAD_USER_INPUT"},
		{"first and last", token, `{ instances(first: 1, last: 1) { totalCount } }`, nil, 200, "BAD_USER_INPUT"},
		{"no cursor", token, `{ instances(after: "nope") { totalCount } }`, nil, 200, "BAD_USER_INPUT"},
		{"refused name", token, `mutation { createInstance(input: {name: "-a", source: {alias: "busybox"}}) { operation { id } } }`, nil, 200, "BAD_USER_INPUT"},
		{"no such image", token, `mutation { createInstance(input: {name: "a", source: {alias: "nope"}}) { operation { id } } }`, nil, 200, "NOT_FOUND"},
		{"alias and fingerprint", token, `mutation { createInstance(input: {name: "a", source: {alias: "a", fingerprint: "b"}}) { operation { id } } }`, nil, 200, "BAD_USER_INPUT"},
		{"config is no object", token, `mutation { createInstance(input: {name: "a", source: {alias: "busybox"}, config: ["x"]}) { operation { id } } }`, nil, 200, "BAD_USER_INPUT"},
		{"negative wait", token, `mutation { startInstance(name: "nope", wait: -1) { operation { id } } }`, nil, 200, "BAD_USER_INPUT"},
	} {
		got := server.ask(t, bad.token, bad.query, bad.variables)
		if got.Status != bad.status || got.code() != bad.code {
			t.Errorf("%s: HTTP %d, want %d and %s: %s", bad.what, got.Status, bad.status, bad.code, got.Text)
		}
		if len(got.Errors) == 0 || got.Errors[0].Message == "" || strings.Contains(got.Text, "goroutine") {
			t.Errorf("%s: %s", bad.what, got.Text)
		}
		if id, _ := got.Extensions["requestId"].(string); id == "" {
			t.Errorf("%s: no request id: %s", bad.what, got.Text)
		}
	}
	server.wantNoSecretInLog(t)
}

// The argument that is wrong is told by its path.
func TestBadInputNamesTheArgument(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	for query, argument := range map[string]string{
		`mutation { createInstance(input: {name: "-a", source: {alias: "busybox"}}) { operation { id } } }`:                  "input.name",
		`mutation { createInstance(input: {name: "a", source: {alias: "busybox"}, config: {a: [1]}}) { operation { id } } }`: "input.config",
		`mutation { createInstance(input: {name: "a", source: {alias: "busybox"}, devices: {a: 1}}) { operation { id } } }`:  "input.devices",
		`mutation { createInstance(input: {name: "a", source: {type: NONE, alias: "busybox"}}) { operation { id } } }`:       "input.source",
		`{ instances(first: -1) { totalCount } }`: "first",
	} {
		got := server.ask(t, token, query, nil)
		if got.code() != "BAD_USER_INPUT" || got.Errors[0].Extensions["argument"] != argument {
			t.Errorf("want %s: %s", argument, got.Text)
		}
	}
}

// A token dies with its user.
func TestATokenOfADeletedUserIsRefused(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	server.must(t, token, `{ viewer { username role } }`, nil)
	database, err := sql.Open("sqlite3", filepath.Join(server.directory, "data", "lxdql.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	if _, err := database.Exec(`PRAGMA foreign_keys = ON`); err != nil {
		t.Fatal(err)
	}
	if _, err := database.Exec(`DELETE FROM sessions; DELETE FROM users`); err != nil {
		t.Fatal(err)
	}
	if got := server.ask(t, token, `{ viewer { username } }`, nil); got.Status != http.StatusUnauthorized || got.code() != "UNAUTHENTICATED" {
		t.Errorf("HTTP %d: %s", got.Status, got.Text)
	}
}

// HTTP as it should not be sent.
func TestBadHTTPIsRefusedWithAReason(t *testing.T) {
	server := onRealLXD(t)
	for _, bad := range []struct {
		contentType, body string
		status            int
	}{
		{"application/json", `this is my secret`, 400},
		{"application/json", `{"query": 1}`, 400},
		{"application/json", `{"query": "{__typename}", "variables": "x"}`, 400},
		{"application/json", `[]`, 400},
		{"application/json", ``, 400},
		{"text/plain", `{"query": "{__typename}"}`, 415},
		{"application/json", `{"query": "` + strings.Repeat("a", 2<<20) + `"}`, 413},
		{"application/json", `{"query": "subscription { events { cursor } }"}`, 0},
	} {
		got := server.post(t, "", bad.contentType, bad.body)
		if bad.status != 0 && got.Status != bad.status {
			t.Errorf("%.40s: HTTP %d, want %d", bad.body, got.Status, bad.status)
		}
		if len(got.Errors) == 0 || got.Errors[0].Message == "" || strings.Contains(got.Text, "my secret") {
			t.Errorf("%.40s: %s", bad.body, got.Text)
		}
	}
}

// One question may ask for the same field of several kinds.
func TestFieldsOfOneNameFitTogether(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	server.must(t, token, `query($ids: [ID!]!) { nodes(ids: $ids) { id
		... on Instance { name project { name } availableActions tags config } ... on Network { name project { name } availableActions tags config }
		... on StorageVolume { name project { name } availableActions config } ... on StoragePool { name availableActions config } ... on Image { project { name } availableActions }
		... on Profile { name project { name } availableActions config } ... on Project { name availableActions config } ... on NetworkAcl { name availableActions config } ... on NetworkZone { name availableActions config }
		... on ClusterMember { name availableActions config } ... on ImageAlias { name availableActions } ... on StorageBucket { name availableActions config } ... on PlacementGroup { name availableActions config } } }`, map[string]any{"ids": []any{}})
}
