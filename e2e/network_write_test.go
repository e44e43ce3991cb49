package e2e

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// change is one step of a story: a mutation, and what becomes of it.
type change struct {
	mutation, code, argument string
	path                     []any
	want                     any
}

// tell makes the changes of a story, one after the other.
func (s *running) tell(t *testing.T, token string, variables map[string]any, story []change) {
	t.Helper()
	for _, step := range story {
		declared := ""
		for name, given := range variables {
			kind := "String!"
			if _, isMap := given.(map[string]any); isMap {
				kind = "StringMap!"
			}
			if regexp.MustCompile(`\$` + name + `\b`).MatchString(step.mutation) {
				declared += " $" + name + ": " + kind
			}
		}
		if declared != "" {
			declared = "(" + declared + ")"
		}
		got := s.ask(t, token, "mutation"+declared+" { "+step.mutation+" }", variables)
		argument := ""
		if len(got.Errors) > 0 {
			argument, _ = got.Errors[0].Extensions["argument"].(string)
		}
		if got.code() != step.code || (step.argument != "" && argument != step.argument) || (step.path != nil && fmt.Sprint(got.at(step.path...)) != fmt.Sprint(step.want)) {
			t.Errorf("%s: want %q %s %v: %s", step.mutation, step.code, step.argument, step.want, got.Text)
		}
	}
}

// newNetworkName is a name that an interface of the host can have.
func newNetworkName() string { return "w" + strings.ToLower(rand.Text()[:8]) }

// newSubnet is a range that no other test is likely to take.
func newSubnet() string {
	var random [2]byte
	_, _ = rand.Read(random[:])
	return fmt.Sprintf("10.%d.%d", 140+random[0]%60, random[1])
}

// networkMutations are all of them.
var networkMutations = []string{
	`createNetwork(input: {name: "wrefused"}) { network { id } }`,
	`updateNetwork(name: "nope", input: {}) { network { id } }`,
	`renameNetwork(name: "nope", newName: "nope2") { network { id } }`,
	`deleteNetwork(name: "nope") { deletedId }`,
	`createNetworkForward(network: "nope", input: {listenAddress: "203.0.113.1"}) { forward { id } }`,
	`updateNetworkForward(network: "nope", listenAddress: "203.0.113.1", input: {}) { forward { id } }`,
	`deleteNetworkForward(network: "nope", listenAddress: "203.0.113.1") { deletedId }`,
	`createNetworkPeer(network: "nope", input: {name: "p", targetNetwork: "n"}) { peer { id } }`,
	`updateNetworkPeer(network: "nope", name: "p", input: {}) { peer { id } }`,
	`deleteNetworkPeer(network: "nope", name: "p") { deletedId }`,
	`createNetworkLoadBalancer(network: "nope", input: {listenAddress: "203.0.113.1"}) { loadBalancer { id } }`,
	`updateNetworkLoadBalancer(network: "nope", listenAddress: "203.0.113.1", input: {}) { loadBalancer { id } }`,
	`deleteNetworkLoadBalancer(network: "nope", listenAddress: "203.0.113.1") { deletedId }`,
	`createNetworkAcl(input: {name: "wrefused"}) { networkAcl { id } }`,
	`updateNetworkAcl(name: "nope", input: {}) { networkAcl { id } }`,
	`renameNetworkAcl(name: "nope", newName: "nope2") { networkAcl { id } }`,
	`deleteNetworkAcl(name: "nope") { deletedId }`,
	`createNetworkZone(input: {name: "wrefused"}) { networkZone { id } }`,
	`updateNetworkZone(name: "nope", input: {}) { networkZone { id } }`,
	`deleteNetworkZone(name: "nope") { deletedId }`,
	`createNetworkZoneRecord(zone: "nope", input: {name: "www"}) { record { id } }`,
	`updateNetworkZoneRecord(zone: "nope", name: "www", input: {}) { record { id } }`,
	`deleteNetworkZoneRecord(zone: "nope", name: "www") { deletedId }`,
}

// Who is no ADMIN changes no network, and what is not there is NOT_FOUND for an ADMIN.
func TestNetworksAreAnAdministrators(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	for _, mutation := range networkMutations {
		if strings.HasPrefix(mutation, "create") && !strings.Contains(mutation, "nope") {
			continue
		}
		if missing := server.ask(t, token, `mutation { `+mutation+` }`, nil); missing.code() != "NOT_FOUND" {
			t.Errorf("%s: %s", mutation, missing.Text)
		}
	}
	for _, role := range []string{"VIEWER", "OPERATOR"} {
		server.demote(t, role)
		token = server.login(t)
		for _, mutation := range networkMutations {
			if refused := server.ask(t, token, `mutation { `+mutation+` }`, nil); refused.code() != "FORBIDDEN" {
				t.Errorf("%s: %s: %s", role, mutation, refused.Text)
			}
		}
		read := server.must(t, token, `{ networks { nodes { availableActions } } }`, nil)
		if strings.Contains(read.Text, "UPDATE") {
			t.Errorf("%s can do something: %s", role, read.Text)
		}
	}
}

// A network is made, changed, used, renamed and deleted.
func TestTheLifeOfANetwork(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	name, subnet := newNetworkName(), newSubnet()
	ask := lxdClient(t)
	t.Cleanup(func() { ask("DELETE", "/1.0/networks/"+name, nil); ask("DELETE", "/1.0/networks/"+name+"x", nil) })
	variables := map[string]any{"n": name, "x": name + "x", "p": project, "wish": map[string]any{"ipv4.address": subnet + ".1/24"},
		"full":  map[string]any{"ipv4.address": subnet + ".1/24", "ipv6.address": "none", "ipv4.nat": "false", "user.tags": "a,b"},
		"bad":   map[string]any{"ipv4.address": "none", "ipv6.address": "none", "nope": "1"},
		"value": map[string]any{"ipv4.address": "999"}, "acl": map[string]any{"ipv4.address": "none", "ipv6.address": "none", "security.acls": "nope"},
		"patch": map[string]any{"dns.domain": "lab", "user.tags": nil}}
	server.tell(t, token, variables, []change{
		{`createNetwork(input: {name: ".."}) { network { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetwork(input: {name: ".", type: MACVLAN}) { network { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetwork(input: {name: "a"}) { network { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetwork(input: {name: "sixteen-letters-"}) { network { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetwork(input: {name: "a:b", type: MACVLAN}) { network { id } }`, "BAD_USER_INPUT", "input.name", nil, nil},
		{`createNetwork(input: {name: $n, type: LOOPBACK}) { network { id } }`, "BAD_USER_INPUT", "input.type", nil, nil},
		{`createNetwork(input: {name: $n, project: "nope"}) { network { id } }`, "NOT_FOUND", "", nil, nil},
		{`createNetwork(input: {name: $n, config: $bad}) { network { id } }`, "BAD_USER_INPUT", "input.config", nil, nil},
		{`createNetwork(input: {name: $n, config: $value}) { network { id } }`, "BAD_USER_INPUT", "input.config", nil, nil},
		{`createNetwork(input: {name: $n, config: $acl}) { network { id } }`, "BAD_USER_INPUT", "input.config", nil, nil},
		{`createNetwork(input: {name: $n, config: $acl}, dryRun: true) { plan { blockers { code } } }`, "", "", []any{"createNetwork", "plan", "blockers", 0, "code"}, "NOT_FOUND"},
		{`createNetwork(input: {name: $n, type: MACVLAN}) { network { id } }`, "BAD_USER_INPUT", "input.config", nil, nil},
		{`createNetwork(input: {name: $n, type: PHYSICAL, config: {parent: "nope"}}) { network { id } }`, "BAD_USER_INPUT", "input.config.parent", nil, nil},
		{`createNetwork(input: {name: $n, members: [{member: "n1", config: {}}]}) { network { id } }`, "BAD_USER_INPUT", "input.members", nil, nil},
		{`createNetwork(input: {name: $n}, wait: -1) { network { id } }`, "BAD_USER_INPUT", "wait", nil, nil},
		{`createNetwork(input: {name: $n, description: "new", config: $wish}, dryRun: true) { network { id } plan { request { method path body } changes { field before after } blockers { code } } }`, "", "", []any{"createNetwork", "plan", "request", "body"},
			map[string]any{"config": map[string]any{"ipv4.address": subnet + ".1/24"}, "description": "new", "name": name, "type": "bridge"}},
		{`deleteNetwork(name: $n) { deletedId }`, "NOT_FOUND", "", nil, nil},
		{`createNetwork(input: {name: $n, description: "new", config: $full}, wait: 30, idempotencyKey: "k") { network { name description type status tags availableActions project { name } } }`, "", "", []any{"createNetwork", "network"},
			map[string]any{"name": name, "description": "new", "type": "BRIDGE", "status": "CREATED", "tags": []any{"a", "b"}, "availableActions": []any{"UPDATE", "RENAME", "DELETE"}, "project": map[string]any{"name": "default"}}},
		{`createNetwork(input: {name: $n, project: $p}) { network { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`createNetwork(input: {name: $n}, dryRun: true) { plan { blockers { code } } }`, "", "", []any{"createNetwork", "plan", "blockers", 0, "code"}, "ALREADY_EXISTS"},
		{`createNetwork(input: {name: "lo"}) { network { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`updateNetwork(name: "lo", input: {description: "x"}) { network { id } }`, "CONFLICT", "", nil, nil},
		{`deleteNetwork(name: "lo") { deletedId }`, "CONFLICT", "", nil, nil},
		{`updateNetwork(name: $n, input: {description: "x"}, ifMatch: "seen before") { network { id } }`, "PRECONDITION_FAILED", "", nil, nil},
		{`updateNetwork(name: $n, input: {config: {nope: "1"}}) { network { id } }`, "BAD_USER_INPUT", "input.config", nil, nil},
		{`updateNetwork(name: $n, input: {config: $value}) { network { id } }`, "BAD_USER_INPUT", "input.config", nil, nil},
		{`updateNetwork(name: $n, input: {config: $acl}, dryRun: true) { plan { blockers { code } } }`, "", "", []any{"updateNetwork", "plan", "blockers", 0, "code"}, "NOT_FOUND"},
		{`updateNetwork(name: $n, input: {config: $patch}, dryRun: true) { plan { changes { field before after } } }`, "", "", []any{"updateNetwork", "plan", "changes"},
			[]any{map[string]any{"field": "config.dns.domain", "before": nil, "after": "lab"}, map[string]any{"field": "config.user.tags", "before": "a,b", "after": nil}}},
		{`updateNetwork(name: $n, input: {config: $patch}) { network { description tags config } }`, "", "", []any{"updateNetwork", "network"},
			map[string]any{"description": "new", "tags": []any{}, "config": map[string]any{"dns.domain": "lab", "ipv4.address": subnet + ".1/24", "ipv4.nat": "false", "ipv6.address": "none"}}},
		{`updateNetwork(name: $n, member: "n1", input: {}) { network { id } }`, "BAD_USER_INPUT", "member", nil, nil},
		{`renameNetwork(name: $n, newName: "..") { network { id } }`, "BAD_USER_INPUT", "newName", nil, nil},
		{`renameNetwork(name: $n, newName: "lo") { network { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`renameNetwork(name: $n, newName: $x, wait: 30) { network { name } }`, "", "", []any{"renameNetwork", "network", "name"}, name + "x"},
		{`renameNetwork(name: $x, newName: $n) { network { name } }`, "", "", []any{"renameNetwork", "network", "name"}, name},
	})
	used(t, server, token, project, name)
	server.tell(t, token, variables, []change{
		{`deleteNetwork(name: $n, dryRun: true) { deletedId plan { request { method } } }`, "", "", []any{"deleteNetwork"}, map[string]any{"deletedId": nil, "plan": map[string]any{"request": map[string]any{"method": "DELETE"}}}},
		{`deleteNetwork(name: $n, wait: 30) { deletedId }`, "", "", nil, nil},
		{`deleteNetwork(name: $n) { deletedId }`, "NOT_FOUND", "", nil, nil},
	})
}

// used tells what holds a network fast while an instance is on it.
func used(t *testing.T, server *running, token, project, name string) {
	t.Helper()
	variables := map[string]any{"n": name, "p": project, "i": project}
	server.must(t, token, createBusybox, map[string]any{"name": project, "project": project, "wait": 60})
	server.tell(t, token, variables, []change{
		{`attachNic(name: $i, project: $p, network: $n, device: "eth7") { instance { name } }`, "", "", nil, nil},
		{`deleteNetwork(name: $n) { deletedId }`, "CONFLICT", "", nil, nil},
		{`renameNetwork(name: $n, newName: "wnew") { network { id } }`, "CONFLICT", "", nil, nil},
		{`deleteNetwork(name: $n, dryRun: true) { plan { blockers { code } } }`, "", "", []any{"deleteNetwork", "plan", "blockers", 0, "code"}, "IN_USE"},
		{`updateNetwork(name: $n, input: {}) { network { availableActions } }`, "", "", []any{"updateNetwork", "network", "availableActions"}, []any{"UPDATE"}},
	})
	if held := server.ask(t, token, `mutation($n: String!) { deleteNetwork(name: $n) { deletedId } }`, map[string]any{"n": name}); !strings.Contains(held.Text, project) {
		t.Errorf("it is not said what uses the network: %s", held.Text)
	}
	server.must(t, token, `mutation($i: String!, $p: String) { detachNic(name: $i, project: $p, device: "eth7") { instance { name } } }`, map[string]any{"i": project, "p": project})
}
