package e2e

import (
	"path/filepath"
	"testing"
	"time"
)

// One LXD becomes the first member of a cluster, and lets another one join: the
// token for that is shown once.
func TestAClusterBegins(t *testing.T) {
	realSocket(t)
	directory, err := filepath.Abs("../.test/cluster-begin")
	if err != nil {
		t.Fatal(err)
	}
	socket := script(t, "start", directory)
	t.Cleanup(func() { script(t, "remove", directory) })
	server := start(t, "LXD_SOCKET_PATH="+socket)
	token := server.login(t)
	server.administer(t, token, nil, []adminStep{
		{`createClusterJoinToken(memberName: "n2") { token }`, "CONFLICT", nil, nil},
		{`createClusterGroup(input: {name: "g"}) { group { name } }`, "CONFLICT", nil, nil},
		{`renameClusterMember(name: "n1", newName: "n2") { member { name } }`, "NOT_FOUND", nil, nil},
		{`enableCluster(memberName: "a b/c") { cluster { enabled } }`, "BAD_USER_INPUT", nil, nil},
		{`createCertificate(input: {name: "x", token: true}) { token }`, "CONFLICT", nil, nil},
		{`enableCluster(memberName: "n1") { cluster { enabled } }`, "CONFLICT", nil, nil},
	})
	server.must(t, token, `mutation($c: StringMap!) { updateServerConfig(input: {config: $c}) { server { version } } }`, map[string]any{"c": map[string]any{"core.https_address": "127.0.0.1:28513"}})
	server.administer(t, token, nil, []adminStep{
		{`enableCluster(memberName: "n1", wait: 60) { operation { status } cluster { enabled serverName } }`, "", []any{"enableCluster", "cluster", "serverName"}, "n1"},
		{`enableCluster(memberName: "n1") { cluster { enabled } }`, "CONFLICT", nil, nil},
	})
	watching := server.connect(t, token)
	watching.subscribe("1", `subscription { events { __typename cursor ... on OperationEvent { operation { uuid class metadata description } } ... on LifecycleEvent { action source } } }`, nil)
	time.Sleep(time.Second)
	made := server.must(t, token, `mutation { createClusterJoinToken(memberName: "n2") { token tokenExpiresAt } }`, nil)
	if made.at("createClusterJoinToken", "tokenExpiresAt") == nil {
		t.Errorf("%v", made.at("createClusterJoinToken", "tokenExpiresAt"))
	}
	secret := secretOf(t, made.at("createClusterJoinToken", "token"), "server_name", "n2")
	nowhereElse(t, server, token, watching, secret)
}
