package lxd

import (
	"context"
	"fmt"
)

// harmlessVolume are the configuration keys of a volume that do not reach the
// host, in the form of [harmlessConfig]. What is not here is an administrator's:
// security.unmapped gives the host's own users to what is in the volume,
// volatile.idmap.* too, and block.mount_options is what the host mounts it with.
var harmlessVolume = []string{
	"user.", "size", "snapshots.expiry", "snapshots.pattern", "snapshots.schedule", "security.shifted", "security.shared",
	"block.filesystem", "lvm.stripes", "lvm.stripes.size",
	"zfs.blocksize", "zfs.block_mode", "zfs.remove_snapshots", "zfs.reserve_space", "zfs.use_refquota",
}

// harmlessBucket is the same of a bucket.
var harmlessBucket = []string{"user.", "size"}

// VolumeHostKey reports whether a configuration key of a volume reaches the host.
func VolumeHostKey(key string) bool { return !listed(harmlessVolume, key) }

// mayConfigure refuses keys and values that reach the host to all but
// administrators of the server. Changed are those that would be set or taken away.
func mayConfigure(as Scope, harmless []string, changed StringMap) error {
	if as.Allows("", true) {
		return nil
	}
	for _, key := range sortedKeys(changed) {
		if !listed(harmless, key) {
			return hostError("input.config."+key, fmt.Sprintf("the configuration key %q reaches the host", key))
		}
		if reason := hostValue(key, changed[key]); reason != "" {
			return hostError("input.config."+key, reason)
		}
	}
	return nil
}

// mayUseVolumes refuses disks whose volume the caller may not change where it is:
// a project without volumes of its own has default's, and LXD gives them to
// whoever names them (seen on 5.0.2). One that is there already stays, and may
// be changed in what does not open more of it.
func (c *Client) mayUseVolumes(ctx context.Context, as Scope, in string, was, is DeviceMap) error {
	owner := ""
	for _, name := range sortedKeys(is) {
		options, before := is[name], was[name]
		if options["type"] != "disk" || options["pool"] == "" || options["source"] == "" {
			continue
		}
		if before["pool"] == options["pool"] && before["source"] == options["source"] && before["readonly"] == options["readonly"] {
			continue
		}
		if owner == "" {
			project, err := c.Project(ctx, System, in)
			if err != nil {
				return err
			}
			owner = project.Effective(FeatureStorageVolumes)
		}
		switch {
		case !as.Allows(owner, false):
			return hidden("Storage volume")
		case !as.Allows(owner, true):
			return &ForbiddenError{Project: owner}
		}
	}
	return nil
}
