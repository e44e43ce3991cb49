package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// plant makes an object of each kind, with a secret in it, in a project and of
// the server. It returns their ids by kind.
func (s *running) plant(t *testing.T, admin, project string) map[string]string {
	t.Helper()
	type m = map[string]any
	ask := lxdClient(t)
	secret := m{"user.password": plantedSecret}
	must := func(method, path string, body any) m {
		t.Helper()
		answer := ask(method, path, body)
		waitRaw(ask, answer)
		if answer["type"] == "error" {
			t.Fatal(method, path, answer["error"])
		}
		return answer
	}
	devices := into(must("GET", "/1.0/profiles/default", nil), "metadata", "devices").(m)
	network := into(devices, "eth0", "network").(string)
	for _, path := range []string{"/1.0/networks/" + network, "/1.0/storage-pools/default"} {
		must("PATCH", path, m{"config": secret})
		t.Cleanup(func() {
			config := into(ask("GET", path, nil), "metadata", "config").(m)
			delete(config, "user.password")
			must("PUT", path, m{"config": config})
		})
	}
	acl, profile, volume := newName(), newName(), newName()
	must("POST", "/1.0/network-acls", m{"name": acl, "config": secret, "ingress": []m{{"action": "allow", "state": "enabled"}}})
	t.Cleanup(func() { must("DELETE", "/1.0/network-acls/"+acl, nil) })
	must("POST", "/1.0/network-zones", m{"name": acl + ".test", "config": m{"user.password": plantedSecret}})
	t.Cleanup(func() { must("DELETE", "/1.0/network-zones/"+acl+".test", nil) })
	must("POST", "/1.0/network-zones/"+acl+".test/records", m{"name": "a", "config": secret})
	t.Cleanup(func() { must("DELETE", "/1.0/network-zones/"+acl+".test/records/a", nil) })
	s.must(t, admin, `mutation($p: String!, $c: StringMap) { updateProject(name: $p, input: {config: $c}) { project { id } } }`, m{"p": project, "c": secret})
	must("POST", "/1.0/profiles?project="+project, m{"name": profile, "config": secret, "devices": devices})
	t.Cleanup(func() { must("DELETE", "/1.0/profiles/"+profile+"?project="+project, nil) })
	must("POST", "/1.0/storage-pools/default/volumes", m{"name": volume, "type": "custom", "config": secret})
	t.Cleanup(func() { must("DELETE", "/1.0/storage-pools/default/volumes/custom/"+volume, nil) })
	must("POST", "/1.0/storage-pools/default/volumes/custom/"+volume+"/snapshots", m{"name": "s0"})
	must("POST", "/1.0/storage-pools/default/volumes/custom/"+volume+"/backups", m{"name": "b0"})
	s.must(t, admin, `mutation($n: String!, $p: String!, $c: StringMap) { createInstance(input: {name: $n, project: $p, source: {alias: "busybox"}, config: $c, start: true}, wait: 60) { instance { id } } }`,
		m{"n": "planted", "p": project, "c": secret})
	must("POST", "/1.0/instances/planted/snapshots?project="+project, m{"name": "s0"})
	must("POST", "/1.0/instances/planted/backups?project="+project, m{"name": "b0", "instance_only": true})
	return map[string]string{
		"Project": idOf("Project", "", project), "Profile": idOf("Profile", project, profile), "Instance": idOf("Instance", project, "planted"), "NetworkAcl": idOf("NetworkAcl", "default", acl), "Network": idOf("Network", "default", network),
		"StorageVolume": idOf("StorageVolume", "default", "default/custom/"+volume), "StorageVolumeBackup": idOf("StorageVolumeBackup", "default", "default/custom/"+volume+"/b0"),
	}
}

// objects finds an object of each other kind that there is, by its id: in the
// project, or else of default or the server.
func (s *running) objects(t *testing.T, admin string, schema *ast.Schema, project string, found map[string]string) map[string]string {
	t.Helper()
	take := func(text string) {
		for _, id := range opaque.FindAllString(text, -1) {
			if parts := strings.Split(decoded(id), ":"); len(parts) == 4 && found[parts[1]] == "" {
				found[parts[1]] = id
			}
		}
	}
	choose := chooser{schema, []string{"resources", "configurationMetadata"}}
	below := func() { // what the edges of those that were found lead to
		for range 2 {
			for _, kind := range slices.Sorted(maps.Keys(found)) {
				take(s.ask(t, admin, fmt.Sprintf(`{ node(id: %q) { ... on %s { %s } } }`, found[kind], kind, choose.everything(schema.Types[kind], 0, nil)), nil).Text)
			}
		}
	}
	for _, in := range []string{project, "default"} {
		for _, field := range schema.Query.Fields {
			kind := schema.Types[field.Type.Name()]
			if !strings.HasSuffix(kind.Name, "Connection") || field.Name == "search" || field.Name == "remoteImages" {
				continue
			}
			of := schema.Types[kind.Fields.ForName("nodes").Type.Name()]
			if of.Fields.ForName("id") == nil {
				continue
			}
			arguments := ""
			if field.Arguments.ForName("project") != nil && field.Name != "warnings" { // the server's have none
				arguments = fmt.Sprintf("(project: %q)", in)
			}
			take(s.ask(t, admin, "{ "+field.Name+arguments+" { nodes { id } } }", nil).Text)
		}
		below()
	}
	return found
}
