package e2e

import (
	"strings"
	"testing"
	"time"
)

// A network of an estate: who is on it, which addresses it has given them, and
// whose lease is whose. A lease is shown to the instance's project only.
func TestNetwork(t *testing.T) {
	server := onRealLXD(t)
	if refused := server.ask(t, "", `{ networks { totalCount } }`, nil); refused.code() != "UNAUTHENTICATED" || refused.Status != 401 {
		t.Errorf("nobody sees the networks: %s", refused.Text)
	}
	token := server.login(t)
	project := newProject(t, "true")
	ask := lxdClient(t)
	server.must(t, token, createBusybox, map[string]any{"name": project, "project": project, "wait": 60})
	server.must(t, token, `mutation($n: String!, $p: String) { startInstance(name: $n, project: $p, wait: 60) { instance { status } } }`, map[string]any{"n": project, "p": project})
	ask("POST", "/1.0/network-acls", map[string]any{"name": project, "ingress": []map[string]string{{"action": "allow", "source": "10.0.0.0/8", "protocol": "tcp", "destination_port": "80", "state": "enabled"}}})
	zone := project + ".example"
	ask("POST", "/1.0/network-zones", map[string]any{"name": zone})
	ask("POST", "/1.0/network-zones/"+zone+"/records", map[string]any{"name": project, "entries": []map[string]any{{"type": "A", "ttl": 300, "value": "10.1.1.1"}}})
	t.Cleanup(func() {
		ask("DELETE", "/1.0/network-acls/"+project, nil)
		ask("DELETE", "/1.0/network-zones/"+zone+"/records/"+project, nil)
		ask("DELETE", "/1.0/network-zones/"+zone, nil)
	})
	lease := leaseOf(t, server, token, project)
	network := lease.at("instance", "devices", 0, "network", "name").(string)
	address := into(lease.at("instance", "devices", 0, "network", "leases", 0), "address")

	read := server.must(t, token, `query($n: String!, $acl: String!, $zone: String!, $p: String) {
		network(name: $n) { id type managed status project { name } state { mtu addresses { family } counters { bytesTotal } } leases { address } ofProject: leases(project: $p) { address project { name } instance { name } }
			instances(first: 100) { nodes { name } } usedBy { __typename } forwards { id } peers { id } acls { name } zones { name } }
		networkAcl(name: $acl) { id ingress { action source destinationPort } usedBy { id } }
		networkZone(name: $zone) { id records { id name entries { type ttlSeconds value } } } }`, map[string]any{"n": network, "acl": project, "zone": zone, "p": project})
	if read.at("network", "type") != "BRIDGE" || read.at("network", "managed") != true || read.at("network", "project", "name") != "default" {
		t.Errorf("the network: %s", read.Text)
	}
	for _, theirs := range read.at("network", "leases").([]any) {
		if into(theirs, "address") == address {
			t.Errorf("default's leases hold one of %s", project)
		}
	}
	if read.at("network", "ofProject", 0, "address") != address || read.at("network", "ofProject", 0, "instance", "name") != project || read.at("network", "ofProject", 0, "project", "name") != project {
		t.Errorf("the project's leases are %v", read.at("network", "ofProject"))
	}
	if !strings.Contains(read.Text, `{"name":"`+project+`"}`) {
		t.Errorf("the instance is not on its network: %s", read.Text)
	}
	if read.at("networkAcl", "ingress", 0, "action") != "ALLOW" || read.at("networkZone", "records", 0, "entries", 0, "ttlSeconds") != 300.0 {
		t.Errorf("ACL and zone: %s", read.Text)
	}
	for _, id := range []any{read.at("network", "id"), read.at("networkAcl", "id"), read.at("networkZone", "id"), read.at("networkZone", "records", 0, "id")} {
		if found := server.must(t, token, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id}); found.at("node", "id") != id {
			t.Errorf("the node %v is %s", id, found.Text)
		}
	}
	for query, code := range map[string]string{
		`{ network(name: "nope") { name } }`:                   "NOT_FOUND",
		`{ networks(project: "nope") { totalCount } }`:         "NOT_FOUND",
		`{ networkAllocations { address } }`:                   "LXD_EXTENSION_MISSING",
		`{ networkZones(filter: "name eq x") { totalCount } }`: "BAD_USER_INPUT",
	} {
		if refused := server.ask(t, token, query, nil); refused.code() != code {
			t.Errorf("%s: %s, want %s", query, refused.Text, code)
		}
	}
}

// leaseOf waits until the instance has an address.
func leaseOf(t *testing.T, server *running, token, project string) *answer {
	t.Helper()
	for waited := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		read := server.must(t, token, `query($n: String!, $p: String) { instance(name: $n, project: $p) { devices { name ... on NicDevice { network { name leases { address hostname instance { name } } } } } } }`, map[string]any{"n": project, "p": project})
		if leases, _ := read.at("instance", "devices", 0, "network", "leases").([]any); len(leases) > 0 {
			return read
		}
		if time.Since(waited) > 30*time.Second {
			t.Fatalf("no lease: %s", read.Text)
		}
	}
}
