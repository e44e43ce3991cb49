package e2e

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// elsewhere are the GETs of LXD 5.0.2 that no question asks for, and why.
var elsewhere = map[string]string{
	"/":                                             "it says that there is /1.0",
	"/1.0/events":                                   "the hub listens to it over one WebSocket",
	"/1.0/operations/{id}/wait":                     "waitOperation and the argument wait",
	"/1.0/operations/{id}/websocket":                "a byte stream: exec and console",
	"/1.0/images/{fingerprint}/export":              "a byte stream: the image's files",
	"/1.0/instances/{name}/files":                   "a byte stream: files of an instance",
	"/1.0/instances/{name}/sftp":                    "a byte stream: files of an instance",
	"/1.0/instances/{name}/backups/{backup}/export": "a byte stream: the backup",
	"/1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/backups/{backupName}/export": "a byte stream: the backup",
	"/1.0/cluster/groups/{name}":                                                         "the list of groups is short and read whole",
	"/1.0/instances/{name}/backups/{backup}":                                             "the list of an instance's backups says the same",
	"/1.0/instances/{name}/metadata/templates":                                           "the metadata names the templates; this is asked for the text of each, and busybox has none",
	"/1.0/instances/{name}/snapshots/{snapshot}":                                         "the list of an instance's snapshots says the same",
	"/1.0/network-zones/{zone}/records/{name}":                                           "the list of a zone's records says the same",
	"/1.0/networks/{networkName}/forwards/{listenAddress}":                               "the list of a network's forwards says the same",
	"/1.0/networks/{networkName}/peers/{peerName}":                                       "the list of a network's peers says the same",
	"/1.0/storage-pools/{poolName}/volumes/{type}":                                       "the list of a pool's volumes says the same, of all types",
	"/1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/backups/{backupName}":     "the list of a volume's backups says the same",
	"/1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/snapshots/{snapshotName}": "the list of a volume's snapshots says the same",
}

// questions ask for everything that there is to read.
var questions = []string{
	`{ server { version resources { cpu { total } } cluster { enabled } usage { resource } metrics { name } } warnings { nodes { uuid } } certificates { totalCount } clusterMembers { totalCount } clusterGroups { name } clusterMember(name: "n1") { name } certificate(fingerprint: "ab") { name } }`,
	`{ projects { nodes { name usage { usage } usedBy { id } } } project(name: "default") { name } profiles(allProjects: true) { nodes { name } } profile(name: "default") { name } }`,
	`{ images(allProjects: true) { nodes { fingerprint } } byAlias: image(alias: "busybox") { fingerprint } imageAliases { nodes { name } } }`,
	`{ storagePools { nodes { name space { usedBytes } volumes { nodes { name state { usedBytes } snapshots { expiresAt } backups { name } } } } } storagePool(name: "default") { name } storageVolume(pool: "default", name: "x") { name } }`,
	`{ networks { nodes { name state { mtu } leases { address } forwards { id } peers { id } } } network(name: "nope") { name } networkAcls { nodes { name } } networkAcl(name: "NAME") { log } networkZones { nodes { name records { name } } } networkZone(name: "x") { name } }`,
	`{ instances(project: "NAME") { nodes { name state { pid } snapshots { name createdAt } backups { name } logs { name content } consoleLog imageMetadata { architecture } templates { path } } } }`,
	`{ project(name: "NAME") { instances { nodes { name state { pid } snapshots { name createdAt } backups { name } } } } }`,
	`{ instance(name: "NAME", project: "NAME") { name state { pid } snapshots { name createdAt } backups { name } } operations { totalCount } operation(id: "00000000-0000-0000-0000-000000000000") { id } warning(id: "x") { id } }`,
}

// Everything that LXD 5.0.2 can be asked, a question asks it, or a line above
// says why not. The questions go to a real LXD, whose requests are looked at.
func TestEveryReadOfLXDIsInTheGraph(t *testing.T) {
	counting := countRequests(t, realSocket(t))
	server := start(t, "LXD_SOCKET_PATH="+counting.socket, "MIRROR=off")
	token := server.login(t)
	project := newProject(t, "true")
	ask := lxdClient(t)
	server.must(t, token, createBusybox, map[string]any{"name": project, "project": project, "wait": 60})
	server.must(t, token, `mutation($n: String!) { startInstance(name: $n, project: $n, wait: 60) { instance { status } } }`, map[string]any{"n": project})
	server.must(t, token, `mutation($n: String!) { createInstanceSnapshot(instance: $n, project: $n, name: "s", wait: 60) { snapshot { name } } }`, map[string]any{"n": project})
	ask("POST", "/1.0/network-acls", map[string]any{"name": project})
	ask("POST", "/1.0/storage-pools/default/volumes/custom", map[string]any{"name": project})
	ask("POST", "/1.0/network-zones", map[string]any{"name": project + ".example"})
	t.Cleanup(func() {
		ask("DELETE", "/1.0/network-acls/"+project, nil)
		ask("DELETE", "/1.0/storage-pools/default/volumes/custom/"+project, nil)
		ask("DELETE", "/1.0/network-zones/"+project+".example", nil)
	})
	asked := counting.during(func() {
		for _, question := range questions {
			answered := server.ask(t, token, strings.ReplaceAll(question, "NAME", project), nil)
			if code := answered.code(); code == "INTERNAL" || strings.HasPrefix(code, "GRAPHQL") {
				t.Fatalf("%s: %s", question, answered.Text)
			}
		}
	})
	for _, path := range readsOf502(t) {
		pattern := regexp.MustCompile("^" + regexp.MustCompile(`\\\{[^}]*\\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
		used := slices.ContainsFunc(asked, pattern.MatchString)
		why, explained := elsewhere[path]
		switch {
		case used && explained:
			t.Errorf("GET %s is asked for: take it off the list (%s)", path, why)
		case !used && !explained:
			t.Errorf("no question asks for GET %s, and no line says why", path)
		}
	}
}

func readsOf502(t *testing.T) []string {
	t.Helper()
	table, err := os.ReadFile("../lxd/contract/endpoints.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for line := range strings.Lines(string(table)) {
		if fields := strings.Split(line, "\t"); fields[0] == "GET" && fields[3] == "yes" {
			paths = append(paths, fields[1])
		}
	}
	if len(paths) < 60 {
		t.Fatalf("the table has %d GETs of 5.0.2", len(paths))
	}
	return paths
}
