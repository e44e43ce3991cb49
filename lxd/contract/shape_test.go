package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// unordered are objects whose keys are names that somebody chose.
var unordered = []string{"config", "expanded_config", "devices", "expanded_devices", "properties", "network", "disk", "storage_supported_drivers", "kernel_features", "lxc_features"}

// gaps are keys that the simulator does not send, with the reason. Each has to
// be missing: what is no gap any more leaves the list.
var gaps = map[string]string{}

// Every key that the daemon sends, the simulator sends with the same JSON kind.
func TestTheSimulatorHasTheDaemonsShape(t *testing.T) {
	shapes := map[bool]map[string]string{}
	for _, d := range []*daemon{simulated(t), real(t)} {
		shapes[d.simulated] = d.shapes(t)
	}
	for _, key := range slices.Sorted(maps.Keys(shapes[false])) {
		kind := shapes[false][key]
		got, sent := shapes[true][key]
		_, gap := gaps[key]
		switch {
		case strings.HasPrefix(key, "operations.metadata.failure"): // what other tests have let fail in the last 5 s
		case gap && sent:
			t.Errorf("%s is no gap any more: take it off the list", key)
		case gap:
		case !sent:
			t.Errorf("%s (%s) is missing in the simulator", key, kind)
		case kind != got && kind != "null" && got != "null":
			t.Errorf("%s is %s, and %s in the simulator", key, kind, got)
		}
	}
}

// shapes asks for everything that the client reads, of a running instance with
// a snapshot in a project of the test's own.
func (d *daemon) shapes(t *testing.T) map[string]string {
	t.Helper()
	project := d.project(t)
	d.done(t, must(d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox(project, "shape"))), nil)
	d.done(t, must(d.ChangeInstanceState(t.Context(), lxd.System, project, "shape", lxd.InstanceStateChange{Action: lxd.ActionStart})), nil)
	snapshot := d.ask(t, "POST", "/1.0/instances/shape/snapshots?project="+project, map[string]any{"name": "s0"})
	d.ask(t, "GET", snapshot["operation"].(string)+"/wait?timeout=60", nil)
	backup := d.ask(t, "POST", "/1.0/instances/shape/backups?project="+project, map[string]any{"name": "b0", "instance_only": true})
	d.ask(t, "GET", backup["operation"].(string)+"/wait?timeout=60", nil)
	time.Sleep(200 * time.Millisecond) // the interfaces of the instance come up
	images := d.ask(t, "GET", "/1.0/images?recursion=1", nil)["metadata"].([]any)
	fingerprint := images[0].(map[string]any)["fingerprint"].(string)
	network := managedNetwork(t, d)
	d.forward(t, network)
	found := map[string]string{}
	for name, address := range map[string]string{
		"server":             "/1.0",
		"instances":          "/1.0/instances?recursion=1&project=" + project,
		"instances full":     "/1.0/instances?recursion=2&project=" + project,
		"instances names":    "/1.0/instances?project=" + project,
		"instance":           "/1.0/instances/shape?project=" + project,
		"instance full":      "/1.0/instances/shape?recursion=1&project=" + project,
		"state":              "/1.0/instances/shape/state?project=" + project,
		"snapshots":          "/1.0/instances/shape/snapshots?recursion=1&project=" + project,
		"backups":            "/1.0/instances/shape/backups?recursion=1&project=" + project,
		"logs":               "/1.0/instances/shape/logs?project=" + project,
		"metadata":           "/1.0/instances/shape/metadata?project=" + project,
		"templates":          "/1.0/instances/shape/metadata/templates?project=" + project,
		"aliases":            "/1.0/images/aliases?recursion=1",
		"projects":           "/1.0/projects?recursion=1",
		"project":            "/1.0/projects/" + project,
		"profiles":           "/1.0/profiles?recursion=1",
		"profile":            "/1.0/profiles/default",
		"images":             "/1.0/images?recursion=1",
		"image":              "/1.0/images/" + fingerprint,
		"networks":           "/1.0/networks?recursion=1",
		"pools":              "/1.0/storage-pools?recursion=1",
		"pool":               "/1.0/storage-pools/default",
		"pool resources":     "/1.0/storage-pools/default/resources",
		"volumes":            "/1.0/storage-pools/default/volumes?recursion=1&project=" + project,
		"volume names":       "/1.0/storage-pools/default/volumes?project=" + project,
		"volume":             "/1.0/storage-pools/default/volumes/container/shape?project=" + project,
		"volume snapshots":   "/1.0/storage-pools/default/volumes/container/shape/snapshots?recursion=1&project=" + project,
		"volume state":       "/1.0/storage-pools/default/volumes/container/shape/state?project=" + project,
		"volume backups":     "/1.0/storage-pools/default/volumes/container/shape/backups?project=" + project,
		"missing pool":       "/1.0/storage-pools/nope/volumes",
		"network":            "/1.0/networks/" + network,
		"network state":      "/1.0/networks/" + network + "/state",
		"leases":             "/1.0/networks/" + network + "/leases",
		"forwards":           "/1.0/networks/" + network + "/forwards?recursion=1",
		"peers":              "/1.0/networks/" + network + "/peers?recursion=1",
		"resources":          "/1.0/resources",
		"cluster":            "/1.0/cluster",
		"members":            "/1.0/cluster/members?recursion=1",
		"groups":             "/1.0/cluster/groups?recursion=1",
		"warnings":           "/1.0/warnings?recursion=1",
		"certificates":       "/1.0/certificates?recursion=1",
		"project state":      "/1.0/projects/" + project + "/state",
		"alias":              "/1.0/images/aliases/busybox",
		"operations":         "/1.0/operations?recursion=1&project=" + project,
		"operation":          snapshot["operation"].(string),
		"missing instance":   "/1.0/instances/nope",
		"missing project":    "/1.0/projects/nope",
		"instances nowhere":  "/1.0/instances?project=nope",
		"operations nowhere": "/1.0/operations/nope",
	} {
		describe(found, name, d.ask(t, "GET", address, nil))
	}
	return found
}

// forward makes a forward on the real daemon; the simulator has one already.
func (d *daemon) forward(t *testing.T, network string) {
	t.Helper()
	if d.simulated {
		return
	}
	config := d.ask(t, "GET", "/1.0/networks/"+network, nil)["metadata"].(map[string]any)["config"].(map[string]any)
	address, _, _ := strings.Cut(config["ipv4.address"].(string), "/")
	listen := address[:strings.LastIndexByte(address, '.')] + ".199"
	d.ask(t, "POST", "/1.0/networks/"+network+"/forwards", map[string]any{
		"listen_address": listen, "ports": []map[string]string{{"protocol": "tcp", "listen_port": "80", "target_port": "8080", "target_address": listen[:len(listen)-3] + "198"}},
	})
	t.Cleanup(func() { d.ask(t, "DELETE", "/1.0/networks/"+network+"/forwards/"+listen, nil) })
}

func managedNetwork(t *testing.T, d *daemon) string {
	t.Helper()
	for _, network := range d.ask(t, "GET", "/1.0/networks?recursion=1", nil)["metadata"].([]any) {
		if object := network.(map[string]any); object["managed"] == true {
			return object["name"].(string)
		}
	}
	t.Fatal("no managed network")
	return ""
}

func describe(found map[string]string, at string, value any) {
	if before, ok := found[at]; !ok || before == "null" {
		found[at] = kindOf(value)
	}
	if strings.HasSuffix(at, "[].metadata") || at == "operation.metadata.metadata" {
		return // each kind of operation tells something else of its work
	}
	switch value := value.(type) {
	case map[string]any:
		// The host's own "network" and "storage" have LXD's keys.
		chosen := !strings.HasPrefix(at, "resources.") && slices.ContainsFunc(unordered, func(name string) bool { return strings.HasSuffix(at, "."+name) })
		for key, entry := range value {
			if chosen {
				key = "*"
			}
			describe(found, at+"."+key, entry)
		}
	case []any:
		for _, entry := range value {
			describe(found, at+"[]", entry)
		}
	}
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "object"
	case []any:
		return "list"
	}
	return fmt.Sprintf("%T", value)
}
