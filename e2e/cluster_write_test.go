package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// A cluster is changed: its groups, its members, who may join, what it shows.
func TestAClusterIsChanged(t *testing.T) {
	socket := writableCluster(t)
	server := start(t, "LXD_SOCKET_PATH="+socket)
	token := server.login(t)
	ask := lxdOn(t, socket)
	waitRaw(ask, ask("POST", "/1.0/instances?target=n2", map[string]any{"name": "moves", "source": map[string]string{"type": "image", "alias": "busybox"}}))
	waitRaw(ask, ask("PUT", "/1.0/instances/moves/state", map[string]any{"action": "start"}))

	groups(t, server, token)
	members(t, server, token)
	maintenance(t, server, token)
	shownCertificate(t, server, token)
	server.administer(t, token, nil, []adminStep{
		{`enableCluster(memberName: "n3") { cluster { enabled } }`, "CONFLICT", nil, nil},
		{`deleteClusterMember(name: "nope") { deletedId }`, "NOT_FOUND", nil, nil},
		{`deleteClusterMember(name: "n1") { deletedId }`, "CONFLICT", nil, nil},
		{`deleteClusterMember(name: "n2") { deletedId }`, "CONFLICT", nil, nil},
		{`deleteInstance(name: "moves", force: true, wait: 60) { operation { status } }`, "", []any{"deleteInstance", "operation", "status"}, "SUCCESS"},
		{`deleteClusterMember(name: "n2", wait: 60) { operation { id } }`, "", nil, nil},
	})
	if left := server.must(t, token, `{ clusterMembers { totalCount } clusterGroups { name members { name } } }`, nil); left.at("clusterMembers", "totalCount") != 1.0 {
		t.Errorf("%s", left.Text)
	}
}

func groups(t *testing.T, server *running, token string) {
	t.Helper()
	server.administer(t, token, nil, []adminStep{
		{`createClusterGroup(input: {name: "a b"}) { group { name } }`, "BAD_USER_INPUT", nil, nil},
		{`createClusterGroup(input: {name: "*"}) { group { name } }`, "BAD_USER_INPUT", nil, nil},
		{`createClusterGroup(input: {name: "default"}) { group { name } }`, "ALREADY_EXISTS", nil, nil},
		{`createClusterGroup(input: {name: "fast", members: ["nope"]}) { group { name } }`, "NOT_FOUND", nil, nil},
		{`createClusterGroup(input: {name: "fast", description: "with flash", members: ["n2"]}) { group { name etag members { name groups { name } } } }`, "", []any{"createClusterGroup", "group", "members", 0, "groups", 1, "name"}, "fast"},
		{`createClusterGroup(input: {name: "slow"}) { group { members { name } } }`, "", []any{"createClusterGroup", "group", "members", 0}, nil},
		{`updateClusterGroup(name: "slow", input: {members: ["n1"]}, ifMatch: "seen before") { group { name } }`, "PRECONDITION_FAILED", nil, nil},
		{`updateClusterGroup(name: "slow", input: {members: ["n1"]}) { group { description members { name } } }`, "", []any{"updateClusterGroup", "group", "members", 0, "name"}, "n1"},
		{`updateClusterGroup(name: "slow", input: {description: "disks"}) { group { description members { name } } }`, "", []any{"updateClusterGroup", "group", "members", 0, "name"}, "n1"},
		// n1 is in slow as well, and n2 would still be in fast; then n2 in nothing but default.
		{`updateClusterGroup(name: "fast", input: {members: []}) { group { members { name } } }`, "", []any{"updateClusterGroup", "group", "members", 0}, nil},
		{`updateClusterGroup(name: "default", input: {members: ["n1"]}) { group { name } }`, "CONFLICT", nil, nil},
		{`updateClusterGroup(name: "fast", input: {members: ["n2"]}) { group { name } }`, "", nil, nil},
		{`renameClusterGroup(name: "default", newName: "other") { group { name } }`, "CONFLICT", nil, nil},
		{`renameClusterGroup(name: "fast", newName: "a/b") { group { name } }`, "BAD_USER_INPUT", nil, nil},
		{`renameClusterGroup(name: "fast", newName: "slow") { group { name } }`, "ALREADY_EXISTS", nil, nil},
		{`renameClusterGroup(name: "fast", newName: "faster") { group { name description members { name } } }`, "", []any{"renameClusterGroup", "group", "description"}, "with flash"},
		{`deleteClusterGroup(name: "fast") { deletedId }`, "NOT_FOUND", nil, nil},
		{`deleteClusterGroup(name: "default") { deletedId }`, "CONFLICT", nil, nil},
		{`deleteClusterGroup(name: "faster") { deletedId }`, "CONFLICT", nil, nil},
		{`updateClusterGroup(name: "faster", input: {members: []}) { group { name } }`, "", nil, nil},
		{`deleteClusterGroup(name: "faster") { operation { id } }`, "", []any{"deleteClusterGroup", "operation"}, nil},
	})
}

func members(t *testing.T, server *running, token string) {
	t.Helper()
	server.administer(t, token, map[string]any{"c": "n2"}, []adminStep{
		{`updateClusterMember(name: "nope", input: {description: "x"}) { member { name } }`, "NOT_FOUND", nil, nil},
		{`updateClusterMember(name: "n2", input: {groups: []}) { member { name } }`, "BAD_USER_INPUT", nil, nil},
		{`updateClusterMember(name: "n2", input: {groups: ["nope"]}) { member { name } }`, "NOT_FOUND", nil, nil},
		{`updateClusterMember(name: "n2", input: {failureDomain: ""}) { member { name } }`, "BAD_USER_INPUT", nil, nil},
		{`updateClusterMember(name: "n2", input: {config: {bogus: "1"}}) { member { name } }`, "BAD_USER_INPUT", nil, nil},
		{`updateClusterMember(name: "n2", input: {description: "x"}, ifMatch: "seen before") { member { name } }`, "PRECONDITION_FAILED", nil, nil},
		{`updateClusterMember(name: "n2", input: {description: "the second", failureDomain: "rack2", groups: ["default", "slow"]}) { member { description failureDomain groups { name } } }`, "", []any{"updateClusterMember", "member", "groups", 1, "name"}, "slow"},
		{`updateClusterMember(name: "n2", input: {groups: ["default"]}) { member { description failureDomain groups { name } availableActions } }`, "", []any{"updateClusterMember", "member", "failureDomain"}, "rack2"},
		{`renameClusterMember(name: "n2", newName: "n1") { member { name } }`, "ALREADY_EXISTS", nil, nil},
		{`renameClusterMember(name: "n2", newName: "a/b") { member { name } }`, "BAD_USER_INPUT", nil, nil},
		{`renameClusterMember(name: "n2", newName: "second") { member { name description } }`, "", []any{"renameClusterMember", "member", "description"}, "the second"},
		{`renameClusterMember(name: "second", newName: "n2") { member { name } }`, "", []any{"renameClusterMember", "member", "name"}, "n2"},
		{`createClusterJoinToken(memberName: "n2") { token }`, "ALREADY_EXISTS", nil, nil},
		{`createClusterJoinToken(memberName: "a/b") { token }`, "BAD_USER_INPUT", nil, nil},
	})
	tagged := server.must(t, token, `mutation($c: StringMap) { updateClusterMember(name: "n2", input: {config: $c}) { member { tags config etag } } }`, map[string]any{"c": map[string]any{"user.tags": "flash,new", "scheduler.instance": "manual"}})
	if tagged.at("updateClusterMember", "member", "tags", 1) != "new" || tagged.at("updateClusterMember", "member", "config", "scheduler.instance") != "manual" || tagged.at("updateClusterMember", "member", "etag") == nil {
		t.Errorf("%s", tagged.Text)
	}
	server.must(t, token, `mutation($c: StringMap) { updateClusterMember(name: "n2", input: {config: $c}) { member { name } } }`, map[string]any{"c": map[string]any{"scheduler.instance": nil}})
}

// maintenance empties a member and uses it again: what runs on it moves.
func maintenance(t *testing.T, server *running, token string) {
	t.Helper()
	server.administer(t, token, nil, []adminStep{
		{`evacuateClusterMember(name: "nope") { member { name } }`, "NOT_FOUND", nil, nil},
		{`evacuateClusterMember(name: "n2", mode: STOP) { member { name } }`, "LXD_EXTENSION_MISSING", nil, nil},
		{`restoreClusterMember(name: "n2") { member { name } }`, "CONFLICT", nil, nil},
		{`restoreClusterMember(name: "n2", leaveInstances: true) { member { name } }`, "LXD_EXTENSION_MISSING", nil, nil},
		{`evacuateClusterMember(name: "n2", wait: 120) { operation { status } member { status availableActions } }`, "", []any{"evacuateClusterMember", "member", "status"}, "EVACUATED"},
		{`evacuateClusterMember(name: "n2") { member { name } }`, "CONFLICT", nil, nil},
	})
	where := func() any {
		return server.must(t, token, `{ instance(name: "moves") { location status } }`, nil).at("instance", "location")
	}
	if where() != "n1" {
		t.Errorf("after the evacuation it is on %v", where())
	}
	server.administer(t, token, nil, []adminStep{
		{`restoreClusterMember(name: "n2", wait: 120) { operation { status } member { status availableActions } }`, "", []any{"restoreClusterMember", "operation", "status"}, "SUCCESS"},
	})
	if where() != "n2" {
		t.Errorf("after the restore it is on %v", where())
	}
}

// shownCertificate replaces what the members show, and they still talk after it.
func shownCertificate(t *testing.T, server *running, token string) {
	t.Helper()
	const change = `mutation($c: String!, $k: String!) { updateClusterCertificate(input: {certificate: $c, key: $k}) { cluster { enabled } } }`
	good, key := pemPair(t, net.ParseIP("127.0.0.1"))
	nameless, other := pemPair(t)
	for _, one := range [][3]string{{"x", key, "BAD_USER_INPUT"}, {good, other, "BAD_USER_INPUT"}, {nameless, other, "BAD_USER_INPUT"}, {good, key, ""}} {
		if got := server.ask(t, token, change, map[string]any{"c": one[0], "k": one[1]}); got.code() != one[2] {
			t.Errorf("want %q: %s", one[2], got.Text)
		}
	}
	server.must(t, token, `mutation($c: StringMap!) { updateServerConfig(input: {config: $c}, member: "n2") { server { version } } }`, map[string]any{"c": map[string]any{"user.after": "1"}})
}

// pemPair makes a certificate for addresses, and its key.
func pemPair(t *testing.T, addresses ...net.IP) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "cluster"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IPAddresses: addresses}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw}))
}

// writableCluster starts a cluster of two daemons of the test's own.
func writableCluster(t *testing.T) (socket string) {
	t.Helper()
	realSocket(t)
	directory, err := filepath.Abs("../.test/cluster-write")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		script(t, "remove", filepath.Join(directory, "n2"))
		script(t, "remove", filepath.Join(directory, "n1"))
	})
	return script(t, "cluster", directory, "28511", "28512")
}
