package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// What belongs to a network: forwards; and peers and load balancers, which a
// bridge, or LXD of 5.0.2, has not.
func TestWhatBelongsToANetwork(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	name, subnet := newNetworkName(), newSubnet()
	ask := lxdClient(t)
	t.Cleanup(func() { ask("DELETE", "/1.0/networks/"+name, nil) })
	variables := map[string]any{"n": name, "t": subnet + ".9", "u": subnet + ".8", "range": map[string]any{"ipv4.address": subnet + ".1/24", "ipv6.address": "none", "ipv4.nat": "false"},
		"tags": map[string]any{"user.tags": "front"}, "untag": map[string]any{"user.tags": nil}, "bad": map[string]any{"nope": "1"}}
	const port = `ports: [{protocol: TCP, listenPort: "80,443", targetAddress: $t}]`
	server.tell(t, token, variables, []change{
		{`createNetwork(input: {name: $n, config: $range}, wait: 30) { network { name } }`, "", "", nil, nil},
		{`createNetworkForward(network: $n, input: {listenAddress: "nope"}) { forward { id } }`, "BAD_USER_INPUT", "input.listenAddress", nil, nil},
		{`createNetworkForward(network: $n, input: {listenAddress: "203.0.113.1", ports: [{protocol: TCP, listenPort: "0", targetAddress: $t}]}) { forward { id } }`, "BAD_USER_INPUT", "input.ports.0.listenPort", nil, nil},
		{`createNetworkForward(network: $n, input: {listenAddress: "203.0.113.1", ports: [{protocol: TCP, listenPort: "80", targetAddress: "9.9.9.9"}]}) { forward { id } }`, "BAD_USER_INPUT", "input", nil, nil},
		{`createNetworkForward(network: $n, input: {listenAddress: "203.0.113.1", config: $bad}) { forward { id } }`, "BAD_USER_INPUT", "input", nil, nil},
		{`createNetworkForward(network: $n, input: {listenAddress: "::ffff:203.0.113.1", description: "web", config: $tags, ` + port + `}, wait: 30) { forward { listenAddress description tags availableActions ports { protocol listenPort targetAddress } } }`, "", "", []any{"createNetworkForward", "forward"},
			map[string]any{"listenAddress": "203.0.113.1", "description": "web", "tags": []any{"front"}, "availableActions": []any{"UPDATE", "DELETE"}, "ports": []any{map[string]any{"protocol": "tcp", "listenPort": "80,443", "targetAddress": subnet + ".9"}}}},
		{`createNetworkForward(network: $n, input: {listenAddress: "203.0.113.1"}) { forward { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`updateNetworkForward(network: $n, listenAddress: "203.0.113.1", input: {description: "x"}, ifMatch: "seen before") { forward { id } }`, "PRECONDITION_FAILED", "", nil, nil},
		{`updateNetworkForward(network: $n, listenAddress: "203.0.113.1", input: {config: $untag}) { forward { description tags ports { listenPort } } }`, "", "", []any{"updateNetworkForward", "forward"},
			map[string]any{"description": "web", "tags": []any{}, "ports": []any{map[string]any{"listenPort": "80,443"}}}},
		{`updateNetworkForward(network: $n, listenAddress: "203.0.113.1", input: {ports: [{protocol: UDP, listenPort: "53", targetAddress: $u}]}) { forward { ports { protocol targetAddress } } }`, "", "", []any{"updateNetworkForward", "forward", "ports"},
			[]any{map[string]any{"protocol": "udp", "targetAddress": subnet + ".8"}}},
		{`updateNetworkForward(network: $n, listenAddress: "203.0.113.2", input: {}) { forward { id } }`, "NOT_FOUND", "", nil, nil},
		{`createNetworkPeer(network: $n, input: {name: "1p", targetNetwork: "x"}) { peer { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetworkPeer(network: $n, input: {name: "p", targetNetwork: "x"}) { peer { id } }`, "BAD_USER_INPUT", "", nil, nil},
		{`deleteNetworkPeer(network: $n, name: "p") { deletedId }`, "NOT_FOUND", "", nil, nil},
		{`createNetworkLoadBalancer(network: $n, input: {listenAddress: "203.0.113.9"}) { loadBalancer { id } }`, "LXD_EXTENSION_MISSING", "", nil, nil},
		{`deleteNetworkLoadBalancer(network: $n, listenAddress: "203.0.113.9") { deletedId }`, "LXD_EXTENSION_MISSING", "", nil, nil},
	})
	read := server.must(t, token, `query($n: String!) { network(name: $n) { etag forwards { id etag } } }`, map[string]any{"n": name})
	tag, _ := read.at("network", "forwards", 0, "etag").(string)
	if etag, _ := read.at("network", "etag").(string); len(etag) != 64 || len(tag) != 64 {
		t.Errorf("the etags are %s", read.Text)
	}
	variables["seen"] = tag
	server.tell(t, token, variables, []change{
		{`updateNetworkForward(network: $n, listenAddress: "203.0.113.1", input: {description: "seen"}, ifMatch: $seen) { forward { description } }`, "", "", []any{"updateNetworkForward", "forward", "description"}, "seen"},
		{`deleteNetworkForward(network: $n, listenAddress: "203.0.113.1", wait: 30) { deletedId }`, "", "", []any{"deleteNetworkForward", "deletedId"}, read.at("network", "forwards", 0, "id")},
		{`deleteNetworkForward(network: $n, listenAddress: "203.0.113.1") { deletedId }`, "NOT_FOUND", "", nil, nil},
		{`deleteNetwork(name: $n) { deletedId }`, "", "", nil, nil},
	})
}

// An ACL is made, changed rule by rule, used and not deleted then.
func TestTheLifeOfAnACL(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	name, network := newNetworkName(), newNetworkName()
	ask := lxdClient(t)
	t.Cleanup(func() {
		ask("DELETE", "/1.0/networks/"+network, nil)
		ask("DELETE", "/1.0/network-acls/"+name, nil)
		ask("DELETE", "/1.0/network-acls/"+name+"x", nil)
	})
	variables := map[string]any{"a": name, "x": name + "x", "w": network, "tags": map[string]any{"user.tags": "edge"}, "bad": map[string]any{"nope": "1"},
		"guarded": map[string]any{"ipv4.address": "none", "ipv6.address": "none", "security.acls": name}}
	server.tell(t, token, variables, []change{
		{`createNetworkAcl(input: {name: "1a"}) { networkAcl { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetworkAcl(input: {name: $a, ingress: [{action: UNKNOWN}]}) { networkAcl { id } }`, "BAD_USER_INPUT", "input.ingress.0.action", nil, nil},
		{`createNetworkAcl(input: {name: $a, ingress: [{action: ALLOW}, {action: ALLOW, protocol: TCP, destinationPort: "99999"}]}) { networkAcl { id } }`, "BAD_USER_INPUT", "input.ingress.1.destinationPort", nil, nil},
		{`createNetworkAcl(input: {name: $a, egress: [{action: ALLOW, protocol: ICMP4, icmpType: 256}]}) { networkAcl { id } }`, "BAD_USER_INPUT", "input.egress.0.icmpType", nil, nil},
		{`createNetworkAcl(input: {name: $a, egress: [{action: ALLOW, source: "nonsense"}]}) { networkAcl { id } }`, "BAD_USER_INPUT", "input.egress.0", nil, nil},
		{`createNetworkAcl(input: {name: $a, config: $bad}) { networkAcl { id } }`, "BAD_USER_INPUT", "input.config", nil, nil},
		{`createNetworkAcl(input: {name: $a, description: "web", config: $tags, ingress: [{action: ALLOW, source: "10.0.0.0/8", protocol: TCP, destinationPort: "80"}], egress: [{action: REJECT, protocol: ICMP4, icmpType: 8, state: DISABLED}]}) { networkAcl { name tags availableActions project { name } ingress { action source protocol destinationPort state } egress { action icmpType state } } }`, "", "", []any{"createNetworkAcl", "networkAcl"},
			map[string]any{"name": name, "tags": []any{"edge"}, "availableActions": []any{"UPDATE", "RENAME", "DELETE"}, "project": map[string]any{"name": "default"},
				"ingress": []any{map[string]any{"action": "ALLOW", "source": "10.0.0.0/8", "protocol": "tcp", "destinationPort": "80", "state": "enabled"}}, "egress": []any{map[string]any{"action": "REJECT", "icmpType": "8", "state": "disabled"}}}},
		{`createNetworkAcl(input: {name: $a}) { networkAcl { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`updateNetworkAcl(name: $a, input: {}, ifMatch: "seen before") { networkAcl { id } }`, "PRECONDITION_FAILED", "", nil, nil},
		{`updateNetworkAcl(name: $a, input: {config: {nope: "1"}}) { networkAcl { id } }`, "BAD_USER_INPUT", "input.config", nil, nil},
		{`updateNetworkAcl(name: $a, input: {description: "shop", egress: []}) { networkAcl { description tags ingress { source } egress { source } } }`, "", "", []any{"updateNetworkAcl", "networkAcl"},
			map[string]any{"description": "shop", "tags": []any{"edge"}, "ingress": []any{map[string]any{"source": "10.0.0.0/8"}}, "egress": []any{}}},
		{`renameNetworkAcl(name: $a, newName: "a-") { networkAcl { id } }`, "BAD_USER_INPUT", "newName", nil, nil},
		{`renameNetworkAcl(name: $a, newName: $a) { networkAcl { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`renameNetworkAcl(name: $a, newName: $x) { networkAcl { name } }`, "", "", []any{"renameNetworkAcl", "networkAcl", "name"}, name + "x"},
		{`renameNetworkAcl(name: $x, newName: $a) { networkAcl { etag } }`, "", "", nil, nil},
		{`createNetwork(input: {name: $w, config: $guarded}, wait: 30) { network { acls { availableActions } } }`, "", "", []any{"createNetwork", "network", "acls", 0, "availableActions"}, []any{"UPDATE"}},
		{`deleteNetworkAcl(name: $a) { deletedId }`, "CONFLICT", "", nil, nil},
		{`renameNetworkAcl(name: $a, newName: $x) { networkAcl { id } }`, "CONFLICT", "", nil, nil},
		{`deleteNetwork(name: $w) { deletedId }`, "", "", nil, nil},
		{`deleteNetworkAcl(name: $a, wait: 30) { deletedId }`, "", "", nil, nil},
		{`deleteNetworkAcl(name: $a) { deletedId }`, "NOT_FOUND", "", nil, nil},
	})
}

// Twenty people change one ACL at once, and nobody's change is lost.
func TestTwentyChangesOfAnACLAtOnce(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	name := newNetworkName()
	server.must(t, token, `mutation($n: String!) { createNetworkAcl(input: {name: $n}) { networkAcl { id } } }`, map[string]any{"n": name})
	var changing sync.WaitGroup
	for n := range 20 {
		changing.Go(func() {
			server.must(t, token, `mutation($n: String!, $c: StringMap) { updateNetworkAcl(name: $n, input: {config: $c}) { networkAcl { id } } }`, map[string]any{"n": name, "c": map[string]any{fmt.Sprintf("user.k%d", n): "x"}})
		})
	}
	changing.Wait()
	read := server.must(t, token, `query($n: String!) { networkAcl(name: $n) { config(prefix: "user.k") } }`, map[string]any{"n": name})
	if kept := len(read.at("networkAcl", "config").(map[string]any)); kept != 20 {
		t.Errorf("%d of 20 are kept", kept)
	}
	server.must(t, token, `mutation($n: String!) { deleteNetworkAcl(name: $n) { deletedId } }`, map[string]any{"n": name})
}

// A zone and its records, of a project that owns its networks.
func TestTheLifeOfAZone(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project := projectWithNetworks(t)
	zone, network := project+".example", newNetworkName()
	ask := lxdClient(t)
	t.Cleanup(func() {
		ask("DELETE", "/1.0/networks/"+network, nil)
		ask("DELETE", "/1.0/network-zones/"+zone+"?project="+project, nil)
		ask("DELETE", "/1.0/network-zones/d"+zone, nil)
	})
	variables := map[string]any{"z": zone, "p": project, "d": "d" + zone, "w": network, "r": project, "keys": map[string]any{"dns.nameservers": "ns1.example", "peers.a.address": "127.0.0.1", "peers.a.key": "c2VjcmV0"},
		"tags": map[string]any{"user.tags": "lab"}, "bad": map[string]any{"nope": "1"}, "named": map[string]any{"ipv4.address": "none", "ipv6.address": "none", "dns.zone.forward": "d" + zone}}
	server.tell(t, token, variables, []change{
		{`createNetworkZone(input: {name: ".."}) { networkZone { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetworkZone(input: {name: "a/b"}) { networkZone { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetworkZone(input: {name: $z, project: $p, config: $bad}) { networkZone { id } }`, "BAD_USER_INPUT", "input.config", nil, nil},
		{`createNetworkZone(input: {name: $z, project: $p, description: "names", config: $keys}) { networkZone { name config project { name } availableActions } }`, "", "", []any{"createNetworkZone", "networkZone"},
			map[string]any{"name": zone, "config": variables["keys"], "project": map[string]any{"name": project}, "availableActions": []any{"UPDATE", "DELETE"}}},
		{`createNetworkZone(input: {name: $z, project: $p}) { networkZone { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`createNetworkZone(input: {name: $z}) { networkZone { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`updateNetworkZone(name: $z, input: {description: "x"}) { networkZone { id } }`, "NOT_FOUND", "", nil, nil},
		{`updateNetworkZone(name: $z, project: $p, input: {}, ifMatch: "seen before") { networkZone { id } }`, "PRECONDITION_FAILED", "", nil, nil},
		{`updateNetworkZone(name: $z, project: $p, input: {config: $tags}) { networkZone { description tags etag config(prefix: "peers.a.key") } }`, "", "", []any{"updateNetworkZone", "networkZone", "config"}, map[string]any{"peers.a.key": "c2VjcmV0"}},
		{`createNetworkZoneRecord(zone: $z, project: $p, input: {name: "a b"}) { record { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetworkZoneRecord(zone: $z, project: $p, input: {name: $r, entries: [{type: "A", ttlSeconds: -1, value: "10.0.0.1"}]}) { record { id } }`, "BAD_USER_INPUT", "input.entries.0.ttlSeconds", nil, nil},
		{`createNetworkZoneRecord(zone: $z, project: $p, input: {name: $r, entries: [{type: "a b", value: "10.0.0.1"}]}) { record { id } }`, "BAD_USER_INPUT", "input.entries.0.type", nil, nil},
		{`createNetworkZoneRecord(zone: $z, project: $p, input: {name: $r, entries: [{type: "A", value: "nope"}]}) { record { id } }`, "BAD_USER_INPUT", "input.entries", nil, nil},
		{`createNetworkZoneRecord(zone: $z, project: $p, input: {name: $r, config: $tags, entries: [{type: "A", ttlSeconds: 60, value: "10.0.0.1"}]}) { record { name tags entries { type ttlSeconds value } availableActions } }`, "", "", []any{"createNetworkZoneRecord", "record"},
			map[string]any{"name": project, "tags": []any{"lab"}, "entries": []any{map[string]any{"type": "A", "ttlSeconds": 60, "value": "10.0.0.1"}}, "availableActions": []any{"UPDATE", "DELETE"}}},
		{`createNetworkZoneRecord(zone: $z, project: $p, input: {name: $r}) { record { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`updateNetworkZoneRecord(zone: $z, name: $r, project: $p, input: {description: "x"}, ifMatch: "seen before") { record { id } }`, "PRECONDITION_FAILED", "", nil, nil},
		{`updateNetworkZoneRecord(zone: $z, name: $r, project: $p, input: {description: "x"}) { record { description tags etag entries { value } } }`, "", "", []any{"updateNetworkZoneRecord", "record", "entries"}, []any{map[string]any{"value": "10.0.0.1"}}},
		{`createNetworkZone(input: {name: $d}) { networkZone { id } }`, "", "", nil, nil},
		{`createNetworkZoneRecord(zone: $d, input: {name: $r}) { record { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`createNetwork(input: {name: $w, config: $named}, wait: 30) { network { zones { name } } }`, "", "", []any{"createNetwork", "network", "zones", 0, "name"}, "d" + zone},
		{`deleteNetworkZone(name: $d) { deletedId }`, "CONFLICT", "", nil, nil},
		{`deleteNetwork(name: $w) { deletedId }`, "", "", nil, nil},
		{`deleteNetworkZone(name: $d) { deletedId }`, "", "", nil, nil},
		{`deleteNetworkZoneRecord(zone: $z, name: "nope", project: $p) { deletedId }`, "NOT_FOUND", "", nil, nil},
		{`deleteNetworkZoneRecord(zone: $z, name: $r, project: $p, wait: 30) { deletedId }`, "", "", nil, nil},
		{`deleteNetworkZone(name: $z, project: $p) { deletedId }`, "", "", nil, nil},
		{`createNetwork(input: {name: $w, project: $p, type: BRIDGE}) { network { id } }`, "BAD_USER_INPUT", "input.type", nil, nil},
	})
	if read := server.must(t, token, `query($p: String) { networkZones(project: $p) { totalCount } }`, map[string]any{"p": project}); !strings.Contains(read.Text, `"totalCount":0`) {
		t.Errorf("a zone is left: %s", read.Text)
	}
}
