package contract

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
)

// What LXD 5.0.2 says and does where the writes of networks do not take it at
// its word. The simulator makes no networks.
func TestWhatLXDSaysOfNetworksThatAreChanged(t *testing.T) {
	d := real(t)
	name := "t" + strings.ToLower(rand.Text()[:8])
	zone, other := name+".example", name+".test"
	t.Cleanup(func() {
		for _, address := range []string{"networks/" + name, "network-acls/" + name, "network-acls/" + name + "x", "network-zones/" + zone, "network-zones/" + other} {
			d.ask(t, "DELETE", "/1.0/"+address, nil)
		}
	})
	bridge := map[string]any{"name": name, "config": map[string]string{"ipv4.address": "none", "ipv6.address": "none", "security.acls": name}}
	rule := []map[string]string{{"action": "allow", "state": "enabled"}}
	for _, step := range []struct {
		method, address string
		body            map[string]any
		code            int
		words           string
	}{
		{"POST", "network-acls", map[string]any{"name": name, "ingress": rule}, 0, ""},
		{"POST", "network-acls", map[string]any{"name": name}, http.StatusBadRequest, "already exists"},
		{"POST", "network-acls", map[string]any{"name": name + "x", "ingress": []map[string]string{{"action": "allow"}}}, http.StatusInternalServerError, "Invalid ingress rule 0"},
		{"POST", "networks", bridge, 0, ""},
		{"POST", "networks", bridge, http.StatusBadRequest, "already exists"},
		{"DELETE", "network-acls/" + name, nil, http.StatusInternalServerError, "in use"},
		{"POST", "network-acls/" + name, map[string]any{"name": name + "x"}, http.StatusInternalServerError, "in use"},
		{"POST", "networks/" + name + "/forwards", map[string]any{"listen_address": "nope"}, http.StatusInternalServerError, "listen address"},
		{"POST", "networks/" + name + "/peers", map[string]any{"name": "p"}, http.StatusBadRequest, "does not support peering"},
		{"POST", "network-zones", map[string]any{"name": zone}, 0, ""},
		{"POST", "network-zones", map[string]any{"name": other}, 0, ""},
		{"POST", "network-zones/" + zone + "/records", map[string]any{"name": name}, 0, ""},
		{"POST", "network-zones/" + other + "/records", map[string]any{"name": name}, http.StatusInternalServerError, "UNIQUE constraint failed"},
		{"PATCH", "network-acls/" + name, map[string]any{"description": "new"}, 0, ""},
	} {
		answer := d.ask(t, step.method, "/1.0/"+step.address, step.body)
		code, _ := answer["error_code"].(float64)
		if message, _ := answer["error"].(string); int(code) != step.code || !strings.Contains(message, step.words) {
			t.Errorf("%s %s: %v", step.method, step.address, answer)
		}
	}
	acl := d.ask(t, "GET", "/1.0/network-acls/"+name, nil)["metadata"].(map[string]any)
	if rules, _ := acl["ingress"].([]any); len(rules) != 0 {
		t.Errorf("a PATCH keeps the rules that it does not name: %v", acl)
	}
}
