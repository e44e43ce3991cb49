package lxd

import "fmt"

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
