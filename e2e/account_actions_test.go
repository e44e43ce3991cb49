package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"testing"
)

// What is told of who may do what to users, sessions, tokens and certificates is
// what the mutations allow.
func TestActionsOnAccountsAndCertificates(t *testing.T) {
	server, ask := onRealLXD(t), lxdClient(t)
	admin, project := server.login(t), newProject(t, "true")
	viewer, of := server.account(t, admin, "vera", "VIEWER"), server.account(t, admin, "olga", "")
	server.grant(t, admin, "olga", project, "ADMIN")
	reads, mine := server.createToken(t, admin, "readOnly: true"), server.createToken(t, viewer, `description: "mine"`)
	_, _, der := certificatePair(t)
	added := ask("POST", "/1.0/certificates", map[string]any{"type": "client", "name": "lxdql-actions", "certificate": base64.StdEncoding.EncodeToString(der)})
	if added["type"] == "error" {
		t.Fatal(added["error"])
	}
	const own = `{ viewer { availableActions } sessions { nodes { availableActions } } }`
	for _, one := range []struct{ who, token, query, want string }{
		{"a read-only token of an ADMIN", reads, `{ users(where: {username: {equals: "vera"}}) { nodes { availableActions } } }`, "map[users:map[nodes:[map[availableActions:[]]]]]"},
		{"a read-only token of an ADMIN", reads, `{ viewer { availableActions } apiTokens { nodes { availableActions } } }`, "map[apiTokens:map[nodes:[map[availableActions:[]]]] viewer:map[availableActions:[]]]"},
		{"a VIEWER", viewer, own, "map[sessions:map[nodes:[map[availableActions:[REVOKE]]]] viewer:map[availableActions:[SET_PASSWORD]]]"},
		{"a VIEWER's token", mine, `{ viewer { availableActions } apiTokens { nodes { description availableActions } } }`, "map[apiTokens:map[nodes:[map[availableActions:[REVOKE] description:mine]]] viewer:map[availableActions:[SET_PASSWORD]]]"},
		{"an ADMIN of one project", of, own, "map[sessions:map[nodes:[map[availableActions:[REVOKE]]]] viewer:map[availableActions:[SET_PASSWORD]]]"},
		{"an ADMIN", admin, `{ users(where: {username: {equals: "vera"}}) { nodes { availableActions } } }`, "map[users:map[nodes:[map[availableActions:[UPDATE GRANT_ROLE SET_PASSWORD DELETE]]]]]"},
		{"the last ADMIN", admin, `{ viewer { availableActions } }`, "map[viewer:map[availableActions:[UPDATE GRANT_ROLE SET_PASSWORD]]]"},
		{"an ADMIN", admin, `{ certificates(where: {name: {equals: "lxdql-actions"}}) { nodes { availableActions } } }`, "map[certificates:map[nodes:[map[availableActions:[UPDATE DELETE]]]]]"},
	} {
		if got := server.must(t, one.token, one.query, nil); fmt.Sprint(got.Data) != one.want {
			t.Errorf("%s asks %s: want %s: %v", one.who, one.query, one.want, got.Data)
		}
	}
	// Who logs in is told of the user, and may do nothing yet.
	logged := server.must(t, "", fmt.Sprintf(`mutation { login(username: "vera", password: %q) { user { availableActions } } }`, somePassword), nil)
	if fmt.Sprint(logged.at("login", "user", "availableActions")) != "[]" {
		t.Errorf("who logs in: %s", logged.Text)
	}
	for who, token := range map[string]string{"nobody": "", "an ADMIN of one project": of, "a read-only token": reads} {
		query := `{ certificates { nodes { availableActions } } }`
		if got := server.ask(t, token, query, nil); got.Data != nil && got.at("certificates") != nil {
			t.Errorf("%s is told: %s", who, got.Text)
		}
	}
	sum := sha256.Sum256(der)
	server.must(t, admin, `mutation($f: String!) { deleteCertificate(fingerprint: $f, wait: 10) { deletedId } }`, map[string]any{"f": hex.EncodeToString(sum[:])})
}
