package e2e

import (
	"strings"
	"testing"
)

// The server, whom it trusts, what it finds wrong and what it measures: a
// VIEWER sees what is no secret of the server's.
func TestTheServerItself(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	project := newProject(t, "true")
	server.must(t, admin, createBusybox, map[string]any{"name": project, "project": project, "wait": 60})
	server.must(t, admin, `mutation($n: String!) { startInstance(name: $n, project: $n, wait: 60) { instance { status } } }`, map[string]any{"n": project})
	const everything = `query($p: String!) {
		server { version config environment { firewall storageSupportedDrivers { name } } resources { cpu { total sockets { name } } memory { totalBytes } storage { disks { name } } system { type } }
			cluster { enabled } usage { resource usage } metrics(names: ["lxd_memory_RSS_bytes"], project: $p) { name type samples { labels value } } }
		warnings { totalCount nodes { id uuid type severity status firstSeenAt } }
		project(name: $p) { usage { resource usage limit } instances { totalCount } usedBy { __typename } }
		profile(name: "default", project: $p) { instances { nodes { name } } usedBy { ... on Instance { name } } } }`
	var read *answer
	eventually(t, "the instance's metrics, which LXD keeps for 8 s", func() bool {
		read = server.must(t, admin, everything, map[string]any{"p": project})
		return len(read.at("server", "metrics").([]any)) > 0
	})
	if read.at("server", "config") == nil || read.at("server", "cluster", "enabled") != false || read.at("server", "resources", "cpu", "total").(float64) < 1 {
		t.Errorf("an administrator sees %s", read.Text)
	}
	if read.at("server", "metrics", 0, "type") != "GAUGE" || into(read.at("server", "metrics", 0, "samples", 0), "labels", "name") != project {
		t.Errorf("the metrics are %v", read.at("server", "metrics"))
	}
	if samples := read.at("server", "metrics", 0, "samples").([]any); len(samples) != 1 {
		t.Errorf("one instance has the samples %v", samples)
	}
	if read.at("project", "instances", "totalCount") != 1.0 || read.at("profile", "instances", "nodes", 0, "name") != project || read.at("profile", "usedBy", 0, "name") != project {
		t.Errorf("project and profile: %s", read.Text)
	}
	if warnings := read.at("warnings", "nodes").([]any); len(warnings) > 0 {
		one := server.must(t, admin, `query($id: ID!) { warning(id: $id) { id } node(id: $id) { id } }`, map[string]any{"id": into(warnings[0], "id")})
		if one.at("warning", "id") != into(warnings[0], "id") || one.at("node", "id") != into(warnings[0], "id") {
			t.Errorf("the warning: %s", one.Text)
		}
	}
	server.must(t, admin, `{ certificates { totalCount } }`, nil)
	for query, code := range map[string]string{
		`{ identities { name } }`: "LXD_EXTENSION_MISSING", `{ placementGroups { name } }`: "LXD_EXTENSION_MISSING", `{ server { configurationMetadata } }`: "LXD_EXTENSION_MISSING",
		`{ certificate(fingerprint: "zz") { name } }`: "NOT_FOUND", `{ clusterMember(name: "x") { name } }`: "NOT_FOUND", `{ project(name: "nope") { name } }`: "NOT_FOUND", `{ warnings(filter: "nonsense") { totalCount } }`: "BAD_USER_INPUT",
	} {
		if refused := server.ask(t, admin, query, nil); refused.code() != code {
			t.Errorf("%s: want %s: %s", query, code, refused.Text)
		}
	}
	server.demote(t, "VIEWER")
	viewer := server.login(t)
	for _, query := range []string{`{ certificates { totalCount } }`, `{ identities { name } }`, `{ permissions { url } }`} {
		if refused := server.ask(t, viewer, query, nil); refused.code() != "FORBIDDEN" {
			t.Errorf("a viewer asks %s: %s", query, refused.Text)
		}
	}
	seen := server.must(t, viewer, everything, map[string]any{"p": project})
	if seen.at("server", "config") != nil || strings.Contains(seen.Text, `"lxd":{"bytes"`) {
		t.Errorf("a viewer sees %s", seen.Text)
	}
}
