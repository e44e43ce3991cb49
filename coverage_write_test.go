package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/graph"
)

// writes says, for each change that LXD's API knows, which mutations make it.
// A sentence in place of names says why none does.
var writes = map[string]string{
	"PATCH /1.0": "updateServerConfig",
	"PUT /1.0":   "It would need all passwords again, which LXD shows as true: PATCH changes single keys.",

	"POST /1.0/certificates":                 "createCertificate",
	"PUT /1.0/certificates/{fingerprint}":    "updateCertificate",
	"DELETE /1.0/certificates/{fingerprint}": "deleteCertificate",
	"PUT /1.0/warnings/{uuid}":               "updateWarning",
	"DELETE /1.0/warnings/{uuid}":            "deleteWarning",

	"PUT /1.0/cluster":                       "enableCluster",
	"PUT /1.0/cluster/certificate":           "updateClusterCertificate",
	"POST /1.0/cluster/members":              "createClusterJoinToken",
	"PUT /1.0/cluster/members/{name}":        "updateClusterMember",
	"POST /1.0/cluster/members/{name}":       "renameClusterMember",
	"DELETE /1.0/cluster/members/{name}":     "deleteClusterMember",
	"POST /1.0/cluster/members/{name}/state": "evacuateClusterMember restoreClusterMember",
	"POST /1.0/cluster/groups":               "createClusterGroup",
	"PUT /1.0/cluster/groups/{name}":         "updateClusterGroup",
	"POST /1.0/cluster/groups/{name}":        "renameClusterGroup",
	"DELETE /1.0/cluster/groups/{name}":      "deleteClusterGroup",

	"POST /1.0/auth/groups":                                                                     "createAuthGroup",
	"PUT /1.0/auth/groups/{groupName}":                                                          "updateAuthGroup",
	"POST /1.0/auth/groups/{groupName}":                                                         "renameAuthGroup",
	"DELETE /1.0/auth/groups/{groupName}":                                                       "deleteAuthGroup",
	"POST /1.0/auth/identities/tls":                                                             "createIdentity",
	"PUT /1.0/auth/identities/tls/{nameOrIdentifier}":                                           "updateIdentity",
	"DELETE /1.0/auth/identities/tls/{nameOrIdentifier}":                                        "deleteIdentity",
	"PUT /1.0/auth/identities/oidc/{nameOrIdentifier}":                                          "updateIdentity",
	"DELETE /1.0/auth/identities/oidc/{nameOrIdentifier}":                                       "deleteIdentity",
	"POST /1.0/auth/identities/bearer":                                                          "createIdentity",
	"PUT /1.0/auth/identities/bearer/{nameOrIdentifier}":                                        "updateIdentity",
	"DELETE /1.0/auth/identities/bearer/{nameOrIdentifier}":                                     "deleteIdentity",
	"POST /1.0/auth/identities/bearer/{nameOrID}/token":                                         "createIdentityToken",
	"DELETE /1.0/auth/identities/bearer/{nameOrID}/token":                                       "revokeIdentityToken",
	"POST /1.0/auth/identity-provider-groups":                                                   "createIdentityProviderGroup",
	"PUT /1.0/auth/identity-provider-groups/{idpGroupName}":                                     "updateIdentityProviderGroup",
	"POST /1.0/auth/identity-provider-groups/{idpGroupName}":                                    "renameIdentityProviderGroup",
	"DELETE /1.0/auth/identity-provider-groups/{idpGroupName}":                                  "deleteIdentityProviderGroup",
	"DELETE /1.0/auth/oidc-sessions/{id}":                                                       "Log-ins of browsers at LXD itself, which lxdql has nothing to do with.",
	"POST /1.0/placement-groups":                                                                "createPlacementGroup",
	"PUT /1.0/placement-groups/{name}":                                                          "updatePlacementGroup",
	"POST /1.0/placement-groups/{name}":                                                         "renamePlacementGroup",
	"DELETE /1.0/placement-groups/{name}":                                                       "deletePlacementGroup",
	"POST /1.0/projects":                                                                        "createProject",
	"PUT /1.0/projects/{name}":                                                                  "updateProject",
	"POST /1.0/projects/{name}":                                                                 "renameProject",
	"DELETE /1.0/projects/{name}":                                                               "deleteProject",
	"POST /1.0/profiles":                                                                        "createProfile",
	"PUT /1.0/profiles/{name}":                                                                  "updateProfile",
	"POST /1.0/profiles/{name}":                                                                 "renameProfile",
	"DELETE /1.0/profiles/{name}":                                                               "deleteProfile",
	"DELETE /1.0/operations/{id}":                                                               "cancelOperation",
	"POST /1.0/images":                                                                          "copyImage publishImage",
	"PUT /1.0/images/{fingerprint}":                                                             "updateImage",
	"DELETE /1.0/images/{fingerprint}":                                                          "deleteImage",
	"POST /1.0/images/{fingerprint}/refresh":                                                    "refreshImage",
	"POST /1.0/images/{fingerprint}/export":                                                     "pushImage",
	"POST /1.0/images/{fingerprint}/secret":                                                     "A token by which another server fetches a private image: LXD itself asks for it where an image is copied.",
	"POST /1.0/images/aliases":                                                                  "createImageAlias",
	"PUT /1.0/images/aliases/{name}":                                                            "updateImageAlias",
	"POST /1.0/images/aliases/{name}":                                                           "renameImageAlias",
	"DELETE /1.0/images/aliases/{name}":                                                         "deleteImageAlias",
	"POST /1.0/instances":                                                                       "createInstance copyInstance",
	"PUT /1.0/instances":                                                                        "It changes the state of all instances of a project, whether one means them or not: bulkInstances takes those that are named.",
	"PUT /1.0/instances/{name}":                                                                 "updateInstance addTag removeTag attachVolume detachVolume attachNic detachNic scaleInstanceCpu scaleInstanceMemory growInstanceDisk setScalingBounds restoreInstance",
	"POST /1.0/instances/{name}":                                                                "renameInstance migrateInstance",
	"DELETE /1.0/instances/{name}":                                                              "deleteInstance",
	"PUT /1.0/instances/{name}/state":                                                           "startInstance stopInstance restartInstance freezeInstance unfreezeInstance",
	"POST /1.0/instances/{name}/rebuild":                                                        "rebuildInstance",
	"PUT /1.0/instances/{name}/uefi-vars":                                                       "Variables of a machine's firmware, which are read only.",
	"POST /1.0/instances/{name}/snapshots":                                                      "createInstanceSnapshot",
	"PUT /1.0/instances/{name}/snapshots/{snapshot}":                                            "updateInstanceSnapshot",
	"POST /1.0/instances/{name}/snapshots/{snapshot}":                                           "renameInstanceSnapshot",
	"DELETE /1.0/instances/{name}/snapshots/{snapshot}":                                         "deleteInstanceSnapshot",
	"POST /1.0/instances/{name}/backups":                                                        "createInstanceBackup",
	"POST /1.0/instances/{name}/backups/{backup}":                                               "renameInstanceBackup",
	"DELETE /1.0/instances/{name}/backups/{backup}":                                             "deleteInstanceBackup",
	"PUT /1.0/instances/{name}/metadata":                                                        "updateInstanceMetadata",
	"POST /1.0/instances/{name}/metadata/templates":                                             "setInstanceTemplate",
	"DELETE /1.0/instances/{name}/metadata/templates":                                           "deleteInstanceTemplate",
	"DELETE /1.0/instances/{name}/logs/{filename}":                                              "deleteInstanceLog",
	"DELETE /1.0/instances/{name}/logs/exec-output/{filename}":                                  "A byte stream: what a command has written, which lxdql takes away itself.",
	"DELETE /1.0/instances/{name}/console":                                                      "clearInstanceConsoleLog",
	"POST /1.0/instances/{name}/console":                                                        "A byte stream: the console.",
	"POST /1.0/instances/{name}/exec":                                                           "A byte stream: commands.",
	"POST /1.0/instances/{name}/files":                                                          "A byte stream: files of an instance.",
	"DELETE /1.0/instances/{name}/files":                                                        "A byte stream: files of an instance.",
	"POST /1.0/networks":                                                                        "createNetwork",
	"PUT /1.0/networks/{name}":                                                                  "updateNetwork",
	"POST /1.0/networks/{name}":                                                                 "renameNetwork",
	"DELETE /1.0/networks/{name}":                                                               "deleteNetwork",
	"POST /1.0/networks/{networkName}/forwards":                                                 "createNetworkForward",
	"PUT /1.0/networks/{networkName}/forwards/{listenAddress}":                                  "updateNetworkForward",
	"POST /1.0/networks/{networkName}/peers":                                                    "createNetworkPeer",
	"PUT /1.0/networks/{networkName}/peers/{peerName}":                                          "updateNetworkPeer",
	"DELETE /1.0/networks/{networkName}/peers/{peerName}":                                       "deleteNetworkPeer",
	"POST /1.0/networks/{networkName}/load-balancers":                                           "createNetworkLoadBalancer",
	"POST /1.0/network-acls":                                                                    "createNetworkAcl",
	"PUT /1.0/network-acls/{name}":                                                              "updateNetworkAcl",
	"POST /1.0/network-acls/{name}":                                                             "renameNetworkAcl",
	"DELETE /1.0/network-acls/{name}":                                                           "deleteNetworkAcl",
	"POST /1.0/network-zones":                                                                   "createNetworkZone",
	"PUT /1.0/network-zones/{zone}":                                                             "updateNetworkZone",
	"DELETE /1.0/network-zones/{zone}":                                                          "deleteNetworkZone",
	"POST /1.0/network-zones/{zone}/records":                                                    "createNetworkZoneRecord",
	"PUT /1.0/network-zones/{zone}/records/{name}":                                              "updateNetworkZoneRecord",
	"DELETE /1.0/network-zones/{zone}/records/{name}":                                           "deleteNetworkZoneRecord",
	"POST /1.0/storage-pools":                                                                   "createStoragePool",
	"PUT /1.0/storage-pools/{poolName}":                                                         "updateStoragePool",
	"DELETE /1.0/storage-pools/{poolName}":                                                      "deleteStoragePool",
	"POST /1.0/storage-pools/{poolName}/volumes":                                                "The path with the type does the same.",
	"POST /1.0/storage-pools/{poolName}/volumes/{type}":                                         "createStorageVolume copyStorageVolume",
	"POST /1.0/storage-pools/{poolName}/buckets":                                                "createStorageBucket",
	"PUT /1.0/storage-pools/{name}/buckets/{bucketName}":                                        "updateStorageBucket",
	"DELETE /1.0/storage-pools/{name}/buckets/{bucketName}":                                     "deleteStorageBucket",
	"DELETE /1.0/networks/{networkName}/forwards/{listenAddress}":                               "deleteNetworkForward",
	"PUT /1.0/networks/{networkName}/load-balancers/{listenAddress}":                            "updateNetworkLoadBalancer",
	"DELETE /1.0/networks/{networkName}/load-balancers/{listenAddress}":                         "deleteNetworkLoadBalancer",
	"PUT /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}":                             "updateStorageVolume resizeStorageVolume restoreStorageVolume",
	"POST /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}":                            "renameStorageVolume moveStorageVolume",
	"DELETE /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}":                          "deleteStorageVolume",
	"POST /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/snapshots":                  "createStorageVolumeSnapshot",
	"PUT /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/snapshots/{snapshotName}":    "updateStorageVolumeSnapshot",
	"POST /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/snapshots/{snapshotName}":   "renameStorageVolumeSnapshot",
	"DELETE /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/snapshots/{snapshotName}": "deleteStorageVolumeSnapshot",
	"POST /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/backups":                    "createStorageVolumeBackup",
	"POST /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/backups/{backupName}":       "renameStorageVolumeBackup",
	"DELETE /1.0/storage-pools/{poolName}/volumes/{type}/{volumeName}/backups/{backupName}":     "deleteStorageVolumeBackup",
	"POST /1.0/storage-pools/{poolName}/buckets/{bucketName}/keys":                              "createStorageBucketKey",
	"PUT /1.0/storage-pools/{name}/buckets/{bucketName}/keys/{keyName}":                         "updateStorageBucketKey",
	"DELETE /1.0/storage-pools/{name}/buckets/{bucketName}/keys/{keyName}":                      "deleteStorageBucketKey",
}

// beyond are beginnings of paths that 5.0.2 has not and that nobody has asked for yet.
var beyond = []string{"/1.0/replicators", "/1.0/cluster/links", "/1.0/networks/{networkName}/load-balancer-pools", "/1.0/projects/{name}/state"}

// Every change that LXD can make has a mutation, or a sentence says why not. An
// update goes by PUT with If-Match, so that PATCH of the same path has no use:
// LXD's PATCH cannot take a device away (5.0.2).
func TestEveryChangeOfLXDIsInTheGraph(t *testing.T) {
	mutations := map[string]bool{}
	for _, field := range graph.NewExecutableSchema(graph.Config{}).Schema().Mutation.Fields {
		mutations[field.Name] = true
	}
	asked := changesOfLXD(t)
	for _, change := range asked {
		verb, path, _ := strings.Cut(change, " ")
		answer, told := writes[change]
		if _, replaced := writes["PUT "+path]; verb == "PATCH" && replaced && !told {
			continue
		}
		if !told {
			t.Errorf("no mutation makes %s, and no sentence says why", change)
			continue
		}
		if strings.HasSuffix(answer, ".") {
			continue
		}
		for _, name := range strings.Fields(answer) {
			if !mutations[name] {
				t.Errorf("%s: the schema has no mutation %s", change, name)
			}
		}
	}
	for change := range writes {
		if !slices.Contains(asked, change) {
			t.Errorf("LXD has no %s: take it off the table", change)
		}
	}
}

// changesOfLXD are the verbs and paths of LXD's table that are no reads.
func changesOfLXD(t *testing.T) []string {
	t.Helper()
	table, err := os.ReadFile("lxd/contract/endpoints.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var changes []string
	for line := range strings.Lines(string(table)) {
		fields := strings.Split(line, "\t")
		if len(fields) < 4 || !slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, fields[0]) {
			continue
		}
		if fields[3] != "yes" && slices.ContainsFunc(beyond, func(path string) bool { return strings.HasPrefix(fields[1], path) }) {
			continue
		}
		changes = append(changes, fields[0]+" "+fields[1])
	}
	if len(changes) < 150 {
		t.Fatalf("the table has %d changes", len(changes))
	}
	return changes
}
