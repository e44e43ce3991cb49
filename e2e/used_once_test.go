package e2e

import (
	"fmt"
	"testing"
)

// An instance that has several interfaces on a network uses it once, though LXD
// names it once for each.
func TestAnInstanceUsesANetworkOnce(t *testing.T) {
	server := onRealLXD(t)
	token, ask, name, network := server.login(t), lxdClient(t), newName(), newName()[:10]
	do := func(method, path string, body any) {
		answer := ask(method, path, body)
		if answer["type"] == "error" {
			t.Fatal(path, answer["error"])
		}
		waitRaw(ask, answer)
	}
	nic := map[string]any{"type": "nic", "network": network}
	do("POST", "/1.0/networks", map[string]any{"name": network, "type": "bridge", "config": map[string]string{"ipv4.address": "none", "ipv6.address": "none"}})
	t.Cleanup(func() { ask("DELETE", "/1.0/networks/"+network, nil) })
	do("POST", "/1.0/profiles", map[string]any{"name": name})
	t.Cleanup(func() { ask("DELETE", "/1.0/profiles/"+name, nil) })
	do("POST", "/1.0/instances", map[string]any{"name": name, "source": map[string]string{"type": "none"}, "profiles": []string{"default", name}, "devices": map[string]any{"one": nic}})
	t.Cleanup(func() { waitRaw(ask, ask("DELETE", "/1.0/instances/"+name, nil)) })
	// LXD says that the instance cannot have it, and keeps the profile so.
	ask("PATCH", "/1.0/profiles/"+name, map[string]any{"devices": map[string]any{"two": nic}})
	for _, freshness := range []string{"CACHED", "LIVE"} {
		got := server.ask(t, token, fmt.Sprintf(`{ network(name: %q, freshness: %s) { usedBy { ... on Instance { name } } } }`, network, freshness), nil)
		times := 0
		for _, user := range got.at("network", "usedBy").([]any) {
			if user.(map[string]any)["name"] == name {
				times++
			}
		}
		if times != 1 {
			t.Errorf("%s: %d times: %s", freshness, times, got.Text)
		}
	}
}
