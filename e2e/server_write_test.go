package e2e

import (
	"strings"
	"testing"
)

// adminStep is one request of a story: what comes back of it, and with which error.
type adminStep struct {
	request, code string
	path          []any
	want          any
}

// administer goes through a story, each step after the one before.
func (s *running) administer(t *testing.T, token string, variables map[string]any, steps []adminStep) {
	t.Helper()
	for _, step := range steps {
		declared := []string{}
		for name := range variables {
			if strings.Contains(step.request, "$"+name) {
				declared = append(declared, "$"+name+": String!")
			}
		}
		query := "mutation(" + strings.Join(declared, ", ") + ") { " + step.request + " }"
		if len(declared) == 0 {
			query = "mutation { " + step.request + " }"
		}
		got := s.ask(t, token, query, variables)
		if got.code() != step.code || (step.path != nil && got.at(step.path...) != step.want) {
			t.Errorf("%s: want %q %v: %s", step.request, step.code, step.want, got.Text)
		}
	}
}

// serverWrites is one call of each mutation of what belongs to the server.
var serverWrites = []string{
	`createCertificate(input: {name: "x", token: true}) { token }`, `updateCertificate(fingerprint: "ab", input: {name: "x"}) { certificate { name } }`, `deleteCertificate(fingerprint: "ab") { deletedId }`,
	`updateWarning(id: "x", status: ACKNOWLEDGED) { warning { uuid } }`, `deleteWarning(id: "x") { deletedId }`, `updateServerConfig(input: {config: {a: "b"}}) { server { version } }`,
	`enableCluster(memberName: "n1") { operation { status } }`, `createClusterJoinToken(memberName: "n3") { token }`, `updateClusterCertificate(input: {certificate: "x", key: "y"}) { operation { status } }`,
	`updateClusterMember(name: "n1", input: {description: "x"}) { member { name } }`, `renameClusterMember(name: "n1", newName: "n2") { member { name } }`, `deleteClusterMember(name: "n1") { deletedId }`,
	`evacuateClusterMember(name: "n1") { member { name } }`, `restoreClusterMember(name: "n1") { member { name } }`,
	`createClusterGroup(input: {name: "g"}) { group { name } }`, `updateClusterGroup(name: "g", input: {description: "x"}) { group { name } }`, `renameClusterGroup(name: "g", newName: "h") { group { name } }`, `deleteClusterGroup(name: "g") { deletedId }`,
	`createIdentity(input: {method: TLS, name: "x", token: true}) { token }`, `updateIdentity(method: TLS, name: "x", input: {groups: []}) { identity { name } }`, `deleteIdentity(method: TLS, name: "x") { deletedId }`,
	`createIdentityToken(name: "x") { token }`, `revokeIdentityToken(name: "x") { identity { name } }`,
	`createAuthGroup(input: {name: "g"}) { group { name } }`, `updateAuthGroup(name: "g", input: {description: "x"}) { group { name } }`, `renameAuthGroup(name: "g", newName: "h") { group { name } }`, `deleteAuthGroup(name: "g") { deletedId }`,
	`createIdentityProviderGroup(input: {name: "g", groups: []}) { group { name } }`, `updateIdentityProviderGroup(name: "g", input: {groups: []}) { group { name } }`, `renameIdentityProviderGroup(name: "g", newName: "h") { group { name } }`, `deleteIdentityProviderGroup(name: "g") { deletedId }`,
	`createPlacementGroup(input: {name: "g", policy: SPREAD}) { placementGroup { name } }`, `updatePlacementGroup(name: "g", input: {description: "x"}) { placementGroup { name } }`, `renamePlacementGroup(name: "g", newName: "h") { placementGroup { name } }`, `deletePlacementGroup(name: "g") { deletedId }`,
}

// Neither VIEWER nor OPERATOR changes what belongs to the server, and 5.0.2
// says what it lacks.
func TestOnlyAnAdministratorChangesTheServer(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	for _, mutation := range serverWrites {
		if strings.Contains(mutation, "Identity") || strings.Contains(mutation, "AuthGroup") || strings.Contains(mutation, "Placement") {
			if got := server.ask(t, admin, "mutation { "+mutation+" }", nil); got.code() != "LXD_EXTENSION_MISSING" {
				t.Errorf("%s: %s", mutation, got.Text)
			}
		}
	}
	for _, role := range []string{"VIEWER", "OPERATOR"} {
		server.demote(t, role)
		token := server.login(t)
		for _, mutation := range serverWrites {
			if got := server.ask(t, token, "mutation { "+mutation+" }", nil); got.code() != "FORBIDDEN" {
				t.Errorf("%s: %s: %s", role, mutation, got.Text)
			}
		}
	}
}

// LXD's own configuration changes key by key, and its passwords stay hidden.
func TestTheServerConfigurationIsChanged(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	key := "user." + newName()
	const change = `mutation($c: StringMap!, $m: String, $e: String) { updateServerConfig(input: {config: $c}, member: $m, ifMatch: $e) { operation { id } server { config etag } } }`
	type m = map[string]any
	t.Cleanup(func() { lxdClient(t)("PATCH", "/1.0", m{"config": m{key: nil, key + ".password": nil}}) })
	set := server.must(t, token, change, m{"c": m{key: "1", key + ".password": "geheim"}})
	config, _ := set.at("updateServerConfig", "server", "config").(m)
	if config[key] != "1" || config[key+".password"] != nil || strings.Contains(set.Text, "geheim") {
		t.Errorf("%s", set.Text)
	}
	etag := set.at("updateServerConfig", "server", "etag")
	for _, wrong := range []struct {
		variables m
		code      string
	}{
		{m{"c": m{}}, "BAD_USER_INPUT"}, {m{"c": m{"bogus": "1"}}, "BAD_USER_INPUT"}, {m{"c": m{key: "2"}, "e": "seen before"}, "PRECONDITION_FAILED"},
		{m{"c": m{key: "2"}, "m": "n1"}, "NOT_FOUND"}, {m{"c": m{key: "2"}, "m": "n1", "e": etag}, "BAD_USER_INPUT"},
	} {
		if got := server.ask(t, token, change, wrong.variables); got.code() != wrong.code {
			t.Errorf("%v: want %s: %s", wrong.variables, wrong.code, got.Text)
		}
	}
	cleared := server.must(t, token, change, m{"c": m{key: nil}, "e": server.must(t, token, `{ server { etag } }`, nil).at("server", "etag")})
	if config, _ := cleared.at("updateServerConfig", "server", "config").(m); config[key] != nil {
		t.Errorf("%s", cleared.Text)
	}
	if hidden := into(lxdClient(t)("GET", "/1.0", nil), "metadata", "config", key+".password"); hidden != "geheim" {
		t.Errorf("the hidden key is %v", hidden)
	}
	server.demote(t, "OPERATOR")
	if seen := server.must(t, server.login(t), `{ server { etag config } }`, nil); seen.at("server", "etag") != nil {
		t.Errorf("an operator sees %s", seen.Text)
	}
}
