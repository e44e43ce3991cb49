package e2e

import "testing"

// networkOfACluster is a network that each member has a part of: it is made on
// all of them, or on none.
func networkOfACluster(t *testing.T, server *running, token string) {
	t.Helper()
	variables := map[string]any{"lo": map[string]any{"parent": "lo", "user.tags": "both"}, "nope": map[string]any{"parent": "nope99"}, "other": map[string]any{"parent": "eth0"}, "same": map[string]any{"parent": "lo"},
		"tag": map[string]any{"user.tags": "new"}, "shared": map[string]any{"mtu": "1400"}}
	server.tell(t, token, variables, []change{
		{`createNetwork(input: {name: "mv", type: MACVLAN, config: $lo, members: [{member: "n3", config: {}}]}) { network { id } }`, "BAD_USER_INPUT", "input.members", nil, nil},
		{`createNetwork(input: {name: "mv", type: MACVLAN, config: $lo, members: [{member: "n2", config: $shared}]}) { network { id } }`, "BAD_USER_INPUT", "input.members", nil, nil},
		{`createNetwork(input: {name: "mv", type: MACVLAN, config: $lo, members: [{member: "n2", config: $nope}]}) { network { id } }`, "BAD_USER_INPUT", "input.config.parent", nil, nil},
		{`deleteNetwork(name: "mv") { deletedId }`, "NOT_FOUND", "", nil, nil},
		{`createNetwork(input: {name: "mv", type: MACVLAN, config: $lo}, wait: 60) { network { status locations tags availableActions config } }`, "", "", []any{"createNetwork", "network"},
			map[string]any{"status": "CREATED", "locations": []any{"n1", "n2"}, "tags": []any{"both"}, "availableActions": []any{"UPDATE", "DELETE"}, "config": map[string]any{"user.tags": "both"}}},
		{`createNetwork(input: {name: "mv", type: MACVLAN, config: $lo}) { network { id } }`, "ALREADY_EXISTS", "", nil, nil},
		{`updateNetwork(name: "mv", input: {config: $tag}) { network { tags } }`, "", "", []any{"updateNetwork", "network", "tags", 0}, "new"},
		{`updateNetwork(name: "mv", input: {config: $other}) { network { id } }`, "BAD_USER_INPUT", "", nil, nil},
		{`updateNetwork(name: "mv", member: "n2", input: {config: $other}, dryRun: true) { plan { changes { field before after } } }`, "", "", []any{"updateNetwork", "plan", "changes"},
			[]any{map[string]any{"field": "config.parent", "before": "lo", "after": "eth0"}}},
		{`updateNetwork(name: "mv", member: "n2", input: {config: $same}) { network { tags } }`, "", "", []any{"updateNetwork", "network", "tags", 0}, "new"},
		{`updateNetwork(name: "mv", member: "n3", input: {config: $other}) { network { id } }`, "NOT_FOUND", "", nil, nil},
		{`renameNetwork(name: "mv", newName: "mw") { network { id } }`, "CONFLICT", "", nil, nil},
		{`deleteNetwork(name: "mv", wait: 60) { deletedId }`, "", "", nil, nil},
	})
}
