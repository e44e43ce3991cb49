package mirror

import (
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// effect is what an action of LXD changes of what is held: the object that it
// is about, and what hangs on it. Nothing is believed of an event but that
// somebody has to look again.
type effect struct {
	of []dependant
}

// dependant finds what has to be read again, by the key of the object that an
// event is about and by its name before a rename, "" when it had none.
type dependant func(m *Mirror, key Key, before string) []Key

// effects are LXD's lifecycle actions, each tried on 5.0.2 where that has it. An
// action that is in neither table is taken for a change of what it names.
var effects = map[string]effect{
	"instance-created":  {[]dependant{itself, snapshots, disks}},
	"instance-deleted":  {[]dependant{itself, snapshots, disks}},
	"instance-renamed":  {[]dependant{itself, snapshots, disks}},
	"instance-updated":  {[]dependant{itself, disks}},
	"instance-started":  {[]dependant{itself, disks}}, // which writes how it maps users on its volumes, silently
	"instance-stopped":  {[]dependant{itself}},
	"instance-shutdown": {[]dependant{itself}}, "instance-restarted": {[]dependant{itself, disks}},
	"instance-paused": {[]dependant{itself}}, "instance-resumed": {[]dependant{itself}}, "instance-ready": {[]dependant{itself}},
	"instance-restored": {[]dependant{itself, snapshots, disks}}, "instance-migrated": {[]dependant{itself, snapshots, disks}},
	"instance-metadata-updated": {[]dependant{itself}},
	"instance-snapshot-created": {[]dependant{snapshots}}, "instance-snapshot-deleted": {[]dependant{snapshots}},
	"instance-snapshot-renamed": {[]dependant{snapshots}}, "instance-snapshot-updated": {[]dependant{snapshots}},

	"profile-created": {[]dependant{itself}}, "profile-deleted": {[]dependant{itself}},
	"profile-updated": {[]dependant{itself, ofProfile}}, "profile-renamed": {[]dependant{itself, ofProfile}}, // its users are not told of

	"project-created": {[]dependant{itself, contents}}, "project-updated": {[]dependant{itself, contents}},
	"project-renamed": {[]dependant{itself, contents}}, "project-deleted": {[]dependant{itself, contents}},

	"storage-pool-created": {[]dependant{itself}}, "storage-pool-updated": {[]dependant{itself}}, "storage-pool-deleted": {[]dependant{itself, onPool}},
	"storage-volume-created": {[]dependant{itself}}, "storage-volume-deleted": {[]dependant{itself}}, "storage-volume-updated": {[]dependant{itself}},
	"storage-volume-renamed": {[]dependant{itself, attached}}, "storage-volume-restored": {[]dependant{itself}},
	"storage-volume-snapshot-created": {[]dependant{itself}}, "storage-volume-snapshot-deleted": {[]dependant{itself}},
	"storage-volume-snapshot-renamed": {[]dependant{itself}}, "storage-volume-snapshot-updated": {[]dependant{itself}},

	"network-created": {[]dependant{itself}}, "network-updated": {[]dependant{itself}}, "network-renamed": {[]dependant{itself}}, "network-deleted": {[]dependant{itself}},
	"network-acl-created": {[]dependant{itself}}, "network-acl-updated": {[]dependant{itself}}, "network-acl-renamed": {[]dependant{itself}}, "network-acl-deleted": {[]dependant{itself}},

	"image-created": {[]dependant{itself, named}}, "image-updated": {[]dependant{itself}}, "image-refreshed": {[]dependant{itself, everyImage}},
	"image-deleted":       {[]dependant{itself, named}},
	"image-alias-created": {[]dependant{itself, target}}, "image-alias-updated": {[]dependant{itself, target}},
	"image-alias-renamed": {[]dependant{itself, target}}, "image-alias-deleted": {[]dependant{itself, target}}, // image.aliases changes silently

	"cluster-enabled": {[]dependant{everything}}, "cluster-disabled": {[]dependant{everything}},
	"cluster-member-added": {[]dependant{everything}}, "cluster-member-removed": {[]dependant{everything}}, "cluster-member-renamed": {[]dependant{everything}},
	"cluster-member-evacuated": {[]dependant{everyInstance}}, "cluster-member-healed": {[]dependant{everyInstance}}, "cluster-member-restored": {[]dependant{everyInstance}},
}

// nothing are the actions that change nothing that is held.
var nothing = words(`
auth-group-created auth-group-deleted auth-group-renamed auth-group-updated
certificate-created certificate-deleted certificate-updated
cluster-certificate-updated cluster-group-created cluster-group-deleted cluster-group-renamed cluster-group-updated
cluster-link-created cluster-link-deleted cluster-link-renamed cluster-link-updated cluster-member-updated cluster-token-created
config-updated
identity-created identity-deleted identity-updated
identity-provider-group-created identity-provider-group-deleted identity-provider-group-renamed identity-provider-group-updated
image-retrieved image-secret-created
instance-backup-created instance-backup-deleted instance-backup-renamed instance-backup-retrieved
instance-console instance-console-reset instance-console-retrieved instance-exec
instance-file-deleted instance-file-pushed instance-file-retrieved instance-log-deleted instance-log-retrieved
instance-metadata-retrieved instance-metadata-template-created instance-metadata-template-deleted instance-metadata-template-retrieved
network-forward-created network-forward-deleted network-forward-updated
network-load-balancer-created network-load-balancer-deleted network-load-balancer-updated
network-peer-created network-peer-deleted network-peer-updated
network-zone-created network-zone-deleted network-zone-updated
network-zone-record-created network-zone-record-deleted network-zone-record-updated
operation-cancelled
placement-group-created placement-group-deleted placement-group-renamed placement-group-updated
replicator-created replicator-deleted replicator-renamed replicator-run replicator-updated
storage-bucket-created storage-bucket-deleted storage-bucket-updated
storage-bucket-key-created storage-bucket-key-deleted storage-bucket-key-updated
storage-volume-backup-created storage-volume-backup-deleted storage-volume-backup-renamed storage-volume-backup-retrieved
warning-acknowledged warning-deleted warning-reset`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		set[word] = true
	}
	return set
}

// kindsOf are the kinds by the name that ids have for them; a child is kept
// with its parent.
var kindsOf = map[string]Kind{
	"Project": Projects, "Instance": Instances, "InstanceSnapshot": Instances, "InstanceBackup": Instances, "Profile": Profiles,
	"StoragePool": StoragePools, "StorageVolume": Volumes, "StorageVolumeSnapshot": Volumes, "StorageVolumeBackup": Volumes,
	"Network": Networks, "NetworkAcl": NetworkAcls, "Image": Images, "ImageAlias": ImageAliases,
}

// parts is how many parts of an id's name name the object itself.
var parts = map[string]int{"InstanceSnapshot": 1, "InstanceBackup": 1, "StorageVolumeSnapshot": 3, "StorageVolumeBackup": 3}

// keyOfID is what is held under an id; false for what is not. The project of
// the id is the one that LXD named, and need not be whose the object is.
func (m *Mirror) keyOfID(id lxd.ID) (Key, bool) {
	kind, ok := kindsOf[id.Kind]
	if !ok {
		return Key{}, false
	}
	key := Key{kind, id.Project, id.Name}
	if n := parts[id.Kind]; n > 0 {
		key.Name = strings.Join(strings.SplitN(id.Name, "/", n+1)[:n], "/")
	}
	if kind == Volumes && !lxd.IsCustomVolume(id) {
		return Key{}, false
	}
	if sources[kind].feature != lxd.FeatureNone {
		key.Project = m.effective(key.Project, sources[kind].feature)
	}
	return key, true
}
