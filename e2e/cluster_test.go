package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// Two machines are one LXD: what is where, who is a member, and what is left to
// see when one of them is gone.
func TestACluster(t *testing.T) {
	directory, socket := twoMembers(t)
	ask := lxdOn(t, socket)
	ask("PATCH", "/1.0", map[string]any{"config": map[string]string{"cluster.offline_threshold": "11"}})
	for _, member := range []string{"n1", "n2"} {
		waitRaw(ask, ask("POST", "/1.0/instances?target="+member, map[string]any{"name": "on-" + member, "source": map[string]string{"type": "none"}}))
	}
	server := start(t, "LXD_SOCKET_PATH="+socket)
	token := server.login(t)
	placed := server.must(t, token, `mutation { createInstance(input: {name: "placed", source: {type: NONE}, target: "n2"}, wait: 60) { instance { name location } } }`, nil)
	if placed.at("createInstance", "instance", "location") != "n2" {
		t.Errorf("it is not where it was put: %s", placed.Text)
	}
	server.must(t, token, `mutation { deleteInstance(name: "placed", wait: 60) { deletedId } }`, nil)
	read := server.must(t, token, `{ server { cluster { enabled serverName } }
		clusterMembers { totalCount nodes { id name status roles groups { name members { name } } resources { memory { totalBytes } } instances { totalCount nodes { name location } } } }
		instances(orderBy: {field: LOCATION}, where: {location: {in: ["n2"]}}) { nodes { name location state { processes } rootVolume { location } } }
		instancesAggregate(groupBy: [LOCATION]) { location count }
		storagePool(name: "default") { locations } clusterMember(name: "n2") { url } clusterGroups { id name } }`, nil)
	for _, want := range []struct {
		value any
		path  []any
	}{
		{true, []any{"server", "cluster", "enabled"}}, {2.0, []any{"clusterMembers", "totalCount"}}, {"n2", []any{"clusterMembers", "nodes", 1, "name"}},
		{"ONLINE", []any{"clusterMembers", "nodes", 1, "status"}}, {"default", []any{"clusterMembers", "nodes", 1, "groups", 0, "name"}},
		{"on-n2", []any{"clusterMembers", "nodes", 1, "instances", "nodes", 0, "name"}}, {"on-n2", []any{"instances", "nodes", 0, "name"}},
		{"n2", []any{"instances", "nodes", 0, "rootVolume", "location"}}, {1.0, []any{"instancesAggregate", 1, "count"}}, {"n2", []any{"storagePool", "locations", 1}},
	} {
		if got := read.at(want.path...); got != want.value {
			t.Errorf("%v is %v, want %v", want.path, got, want.value)
		}
	}
	for _, id := range []any{read.at("clusterMembers", "nodes", 0, "id"), read.at("clusterGroups", 0, "id")} {
		if found := server.must(t, token, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id}); found.at("node", "id") != id {
			t.Errorf("the node %v is %s", id, found.Text)
		}
	}
	if refused := server.ask(t, token, `{ clusterMember(name: "n1") { state } }`, nil); refused.code() != "LXD_EXTENSION_MISSING" {
		t.Errorf("the state of a member of 5.0.2: %s", refused.Text)
	}
	networkOfACluster(t, server, token)
	overHTTPS := clusterOverHTTPS(t, ask)
	script(t, "kill", filepath.Join(directory, "n2"))
	memoryWithoutIt(t, server, token, socket)
	withoutTheMember(t, overHTTPS)
	withoutIt(t, server, token)
}

// memoryWithoutIt waits until memory tells that what is on the member is an error,
// which LXD announces to nobody, and starts a server that has never seen it.
func memoryWithoutIt(t *testing.T, server *running, token, socket string) {
	t.Helper()
	for waited := time.Now(); ; time.Sleep(time.Second) {
		read := server.ask(t, token, `{ instances { nodes { name status location } } }`, nil)
		if read.at("instances", "nodes", 1, "status") == "ERROR" && into(read.Extensions, "lxd", "calls") == 0.0 {
			break
		}
		if time.Since(waited) > 60*time.Second {
			t.Fatalf("memory does not see the member's end: %s", read.Text)
		}
	}
	late := start(t, "LXD_SOCKET_PATH="+socket)
	late.inStep(t, late.login(t))
}

// withoutIt waits until the cluster has noticed that a member is gone: what is
// on it is told as an error, and everything else is there.
func withoutIt(t *testing.T, server *running, token string) {
	t.Helper()
	const question = `{ clusterMembers { nodes { name status resources { memory { totalBytes } } } } instances { nodes { name status location state { processes } } }
		live: instances(freshness: LIVE) { nodes { snapshots { name createdAt } } } }`
	for waited := time.Now(); ; time.Sleep(time.Second) {
		read := server.ask(t, token, question, nil)
		seen := fmt.Sprint(read.at("clusterMembers", "nodes", 1, "status"), read.at("instances", "nodes", 1, "status"), read.at("instances", "nodes", 0, "name"), read.at("instances", "nodes", 0, "state"))
		if seen == fmt.Sprint("OFFLINE", "ERROR", "on-n1", map[string]any{"processes": nil}) {
			if read.at("clusterMembers", "nodes", 1, "resources") != nil || len(read.Errors) == 0 {
				t.Errorf("the resources of a member that is gone: %s", read.Text)
			}
			if snapshots := read.at("live", "nodes", 1, "snapshots"); fmt.Sprint(snapshots) != "[]" {
				t.Errorf("the snapshots on a member that is gone: %v: %s", snapshots, read.Text)
			}
			return
		}
		if time.Since(waited) > 90*time.Second {
			t.Fatalf("the member's end is not seen: %s", read.Text)
		}
	}
}

// twoMembers starts a cluster of two daemons.
func twoMembers(t *testing.T) (directory, socket string) {
	t.Helper()
	realSocket(t)
	directory, err := filepath.Abs("../.test/cluster")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		script(t, "remove", filepath.Join(directory, "n2"))
		script(t, "remove", filepath.Join(directory, "n1"))
	})
	return directory, script(t, "cluster", directory, "28501", "28502")
}
