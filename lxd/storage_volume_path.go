package lxd

import (
	"context"
	"strings"
)

// Path is the volume's name in ids: pool/type/name, in LXD's words. Where each
// cluster member has volumes of its own, of which those of two may have one
// name, it is pool/type@member/name. An instance has one disk in all of them.
func (v *StorageVolume) Path() string {
	kind := v.Type.word()
	if member := v.Location(); member != nil && !v.IsInstance() {
		kind += "@" + *member
	}
	return v.Pool + "/" + kind + "/" + v.Name
}

// WithoutMember is the path of a volume that all cluster members share.
func WithoutMember(path string) string {
	parts := strings.SplitN(path, "/", 3)
	if len(parts) == 3 {
		parts[1], _, _ = strings.Cut(parts[1], "@")
	}
	return strings.Join(parts, "/")
}

// address is where LXD has the volume, or something of it.
func (v *StorageVolume) address(of []string, parameters ...string) string {
	address := path(append([]string{"storage-pools", v.Pool, "volumes", v.Type.word(), v.Name}, of...)...)
	return in(v.Project, address, append(parameters, v.target()...)...)
}

// target is the parameter that says whose volume is meant; none outside a cluster.
func (v *StorageVolume) target() []string {
	if member := v.Location(); member != nil {
		return []string{"target", *member}
	}
	return nil
}

// IsCustomVolume reports whether an id is of a volume of its own, or of
// something of one: that may be another project's.
func IsCustomVolume(id ID) bool {
	_, rest, _ := strings.Cut(id.Name, "/")
	return strings.HasPrefix(id.Kind, "StorageVolume") && (strings.HasPrefix(rest, "custom/") || strings.HasPrefix(rest, "custom@"))
}

// VolumeOf reads the volume of an id's project and name (see [StorageVolume.Path]).
func (c *Client) VolumeOf(ctx context.Context, as Scope, project, path string) (*StorageVolume, error) {
	parts := strings.SplitN(path, "/", 3)
	if len(parts) != 3 {
		return nil, hidden("Storage volume")
	}
	word, member, _ := strings.Cut(parts[1], "@")
	if volumeType(word) == "UNKNOWN" {
		return nil, hidden("Storage volume")
	}
	return c.StorageVolume(ctx, as, project, parts[0], volumeType(word), parts[2], member)
}
