package e2e

import (
	"crypto/rand"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// projectWithNetworks makes a project that owns its networks, and removes it.
func projectWithNetworks(t *testing.T) string {
	t.Helper()
	ask := lxdClient(t)
	name := "t-" + strings.ToLower(rand.Text()[:12])
	if answer := ask("POST", "/1.0/projects", map[string]any{"name": name, "config": map[string]string{
		"features.networks": "true", "features.images": "false", "features.profiles": "false", "features.storage.volumes": "false"}}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	t.Cleanup(func() {
		if answer := ask("DELETE", "/1.0/projects/"+name, nil); answer["type"] == "error" {
			t.Errorf("the project %s stays: %v", name, answer["error"])
		}
	})
	return name
}

// setRole gives the administrator another role, as nothing can from outside yet.
func (s *running) setRole(t *testing.T, role string) {
	t.Helper()
	database, err := sql.Open("sqlite3", filepath.Join(s.directory, "data", "lxdql.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	if _, err := database.Exec(`UPDATE users SET role = ?`, role); err != nil {
		t.Fatal(err)
	}
}

// A zone belongs to the project that owns its networks, and the key that signs
// its transfers is shown to administrators only.
func TestTheZoneOfAProjectAndItsSecret(t *testing.T) {
	server := onRealLXD(t)
	const list = `query($p: String, $z: String!) {
		networkZones(project: $p) { totalCount nodes { name project { name } } } everywhere: networkZones(allProjects: true, where: {name: {equals: $z}}) { totalCount }
		guessed: networkZones(project: $p, where: {config: [{key: "peers.ns1.key", value: "c2VjcmV0"}]}) { totalCount }
		networkZone(name: $z, project: $p) { id config hiddenConfigKeys project { name } records { id config hiddenConfigKeys } } }`
	project := projectWithNetworks(t)
	zone := project + ".example"
	variables := map[string]any{"p": project, "z": zone}
	if refused := server.ask(t, "", list, variables); refused.Status != 401 {
		t.Errorf("nobody sees zones: %s", refused.Text)
	}
	ask := lxdClient(t)
	if answer := ask("POST", "/1.0/network-zones?project="+project, map[string]any{"name": zone, "config": map[string]string{"peers.ns1.address": "10.0.0.9", "peers.ns1.key": "c2VjcmV0"}}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	ask("POST", "/1.0/network-zones/"+zone+"/records?project="+project, map[string]any{"name": "www", "config": map[string]string{"user.password": "c2VjcmV0"}})
	t.Cleanup(func() {
		ask("DELETE", "/1.0/network-zones/"+zone+"/records/www?project="+project, nil)
		ask("DELETE", "/1.0/network-zones/"+zone+"?project="+project, nil)
	})
	token := server.login(t)
	for _, story := range []struct {
		role    string
		secrets bool
	}{{"VIEWER", false}, {"OPERATOR", false}, {"ADMIN", true}} {
		server.setRole(t, story.role)
		read := server.must(t, token, list, variables)
		if read.at("networkZones", "totalCount") != 1.0 || read.at("networkZones", "nodes", 0, "project", "name") != project || read.at("everywhere", "totalCount") != 1.0 || read.at("networkZone", "project", "name") != project {
			t.Errorf("%s: the zone is not the project's: %s", story.role, read.Text)
		}
		hidden := len(read.at("networkZone", "hiddenConfigKeys").([]any)) + len(read.at("networkZone", "records", 0, "hiddenConfigKeys").([]any))
		if strings.Contains(read.Text, "c2VjcmV0") != story.secrets || (hidden == 2) == story.secrets || (read.at("guessed", "totalCount") == 1.0) != story.secrets {
			t.Errorf("%s: %s", story.role, read.Text)
		}
		if found := server.must(t, token, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": read.at("networkZone", "id")}); found.at("node", "id") != read.at("networkZone", "id") {
			t.Errorf("%s: the node is %s", story.role, found.Text)
		}
		if inDefault := server.must(t, token, `query($z: String!) { networkZones(where: {name: {equals: $z}}) { totalCount } }`, variables); inDefault.at("networkZones", "totalCount") != 0.0 {
			t.Errorf("%s: default has the zone too", story.role)
		}
	}
}

// However many devices are on a network, LXD is asked once for each of its
// parts; and a bridge of the host is default's, whoever hangs on it. LXD tells no
// leases to a project that owns its networks and hangs on another's bridge.
func TestANetworkIsAskedOnceHoweverManyDevicesAreOnIt(t *testing.T) {
	counting := countRequests(t, realSocket(t))
	server := start(t, "LXD_SOCKET_PATH="+counting.socket, "MIRROR=off")
	token := server.login(t)
	bridge := managedBridge(t)
	for what, story := range map[string]struct {
		project string
		nic     map[string]string
		leases  int
	}{
		"a network of default's": {newProject(t, "false"), map[string]string{"type": "nic", "network": bridge}, 1},
		"a bridge of the host":   {projectWithNetworks(t), map[string]string{"type": "nic", "nictype": "bridged", "parent": bridge}, 0},
	} {
		names := withTwoNics(t, story.project, story.nic)
		var read *answer
		calls := counting.during(func() {
			read = server.must(t, token, `query($p: String) { instances(project: $p) { nodes { name devices { name ... on NicDevice { network {
				name managed project { name } state { mtu } leases { address } forwards { id } peers { id } instances { nodes { name project { name } } } } } } } } }`, map[string]any{"p": story.project})
		})
		for part, most := range map[string]int{"": 1, "/" + bridge + "/state": 1, "/" + bridge + "/leases": story.leases, "/" + bridge + "/forwards": 1, "/" + bridge + "/peers": 1} {
			if asked := count(calls, "/1.0/networks"+part); asked != most {
				t.Errorf("%s: LXD was asked %d times for /1.0/networks%s: %v", what, asked, part, calls)
			}
		}
		for n := range names {
			network := read.at("instances", "nodes", n, "devices", 0, "network")
			if network == nil || into(network, "name") != bridge || into(network, "project", "name") != "default" || into(network, "state", "mtu") == nil || (into(network, "leases") != nil) != (story.leases == 1) {
				t.Errorf("%s: %s hangs on %v", what, names[n], network)
				continue
			}
			on := []string{}
			for _, instance := range into(network, "instances", "nodes").([]any) {
				if into(instance, "project", "name") == story.project {
					on = append(on, into(instance, "name").(string))
				}
			}
			if !slices.Equal(on, names) {
				t.Errorf("%s: on it are %v", what, on)
			}
		}
	}
}

func count(calls []string, wanted string) int {
	found := 0
	for _, call := range calls {
		if call == wanted {
			found++
		}
	}
	return found
}

func managedBridge(t *testing.T) string {
	t.Helper()
	for _, network := range lxdClient(t)("GET", "/1.0/networks?recursion=1", nil)["metadata"].([]any) {
		if into(network, "managed") == true && into(network, "type") == "bridge" {
			return into(network, "name").(string)
		}
	}
	t.Fatal("no bridge of LXD's")
	return ""
}

// withTwoNics makes three instances of a project with two devices like nic each.
func withTwoNics(t *testing.T, project string, nic map[string]string) []string {
	t.Helper()
	ask := lxdClient(t)
	names := []string{"a", "b", "c"}
	t.Cleanup(func() { removeAll(ask, project, names) })
	for _, name := range names {
		made := ask("POST", "/1.0/instances?project="+project, map[string]any{"name": name, "source": map[string]string{"type": "none"}, "profiles": []string{},
			"devices": map[string]any{"root": map[string]string{"type": "disk", "path": "/", "pool": "default"}, "eth0": nic, "eth1": nic}})
		if made["type"] == "error" {
			t.Fatal(made["error"])
		}
		waitRaw(ask, made)
	}
	return names
}

// A network of a kind without addresses is no failure.
func TestANetworkWithoutAddressesIsNoFailure(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	ask := lxdClient(t)
	name := "t" + strings.ToLower(rand.Text()[:8])
	if made := ask("POST", "/1.0/networks", map[string]any{"name": name, "type": "macvlan", "config": map[string]string{"parent": "lo"}}); made["type"] == "error" {
		t.Fatal(made["error"])
	}
	t.Cleanup(func() { ask("DELETE", "/1.0/networks/"+name, nil) })
	read := server.must(t, token, `query($n: String!) { network(name: $n) { type state { mtu } leases { address } forwards { id } peers { id } } }`, map[string]any{"n": name})
	if read.at("network", "type") != "MACVLAN" || read.at("network", "state") != nil || len(read.at("network", "leases").([]any)) != 0 {
		t.Errorf("%s", read.Text)
	}
	if refused := server.ask(t, token, `query($n: String!) { network(name: $n) { loadBalancers { id } } }`, map[string]any{"n": name}); refused.code() != "LXD_EXTENSION_MISSING" {
		t.Errorf("load balancers: %s", refused.Text)
	}
}
