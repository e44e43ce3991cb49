package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/mirror"
)

// KeptRoots are the lists and objects whose answers may be kept while nothing of
// what they were made of changes.
var KeptRoots = map[string]bool{
	"instances": true, "instance": true, "projects": true, "project": true, "profiles": true, "profile": true,
	"images": true, "image": true, "imageAliases": true, "imageAlias": true, "networks": true, "network": true,
	"networkAcls": true, "networkAcl": true, "storagePools": true, "storagePool": true, "storageVolumes": true, "storageVolume": true,
}

// Kept are the fields with resolvers that answer out of memory and by the
// caller's rights, and by nothing else: no state, no clock, no journal, and
// nothing of who the caller is.
func Kept() map[string]bool {
	kept := map[string]bool{
		"Instance.project": true, "Instance.profiles": true, "Instance.image": true, "Instance.snapshots": true,
		"InstanceSnapshot.project": true, "InstanceSnapshot.profiles": true,
		"Profile.project": true, "Image.project": true, "Network.project": true, "StorageVolume.project": true, "StorageVolume.pool": true,
		"DiskDevice.pool": true, "DiskDevice.volume": true, "NicDevice.network": true, "Image.profiles": true, "Network.acls": true,
		"Image.instances": true, "Network.instances": true, "Profile.instances": true, "Project.instances": true, "StoragePool.instances": true,
	}
	for _, name := range Direct() {
		kept[name] = true
	}
	return kept
}

// Basis is what the answer of a context was made of; false where it is not of
// memory alone. That LXD was not called says less: others may have paid for it.
func Basis(ctx context.Context) (mirror.Basis, bool) {
	if ctx.Value(loadersKey{}).(*held).doubted.Load() {
		return mirror.Basis{}, false
	}
	return load(ctx).from.Basis()
}
