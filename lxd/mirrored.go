package lxd

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// Of is the snapshot as one of an instance, which may have been read anew since.
func (s *InstanceSnapshot) Of(instance *Instance) *InstanceSnapshot {
	of := *s
	of.instance = instance
	return &of
}

// With is the volume with these snapshots and users.
func (v *StorageVolume) With(snapshots []*StorageVolumeSnapshot, users []string) *StorageVolume {
	with := *v
	with.Users, with.listed = users, make([]*StorageVolumeSnapshot, len(snapshots))
	for n, snapshot := range snapshots {
		of := StorageVolumeSnapshot{FullName: v.Name + "/" + snapshot.Name(), Description: snapshot.Description, volume: &with}
		with.listed[n] = &of
	}
	slices.SortFunc(with.listed, func(a, b *StorageVolumeSnapshot) int { return strings.Compare(a.FullName, b.FullName) })
	return &with
}

// Address is LXD's URL of a volume, as it names it where it says what uses something.
func (v *StorageVolume) Address(of ...string) string {
	address := path(append([]string{"storage-pools", v.Pool, "volumes", v.Type.word(), v.Name}, of...)...)
	query := url.Values{}
	if v.Project != "default" {
		query.Set("project", v.Project)
	}
	if member := v.Location(); member != nil {
		query.Set("target", *member)
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// Address is LXD's URL of an object of a project, as it names it where it says
// what uses something.
func Address(project string, segments ...string) string {
	if project == "default" || project == "" {
		return path(segments...)
	}
	return path(segments...) + "?" + url.Values{"project": {project}}.Encode()
}

// InstanceSnapshotNames are the names of all snapshots of instances that are on
// a pool, by project and instance, out of LXD's list of volumes. It takes an
// LXD that lists the volumes of all projects.
func (c *Client) InstanceSnapshotNames(ctx context.Context, pool string) (map[[2]string][]string, error) {
	addresses, err := get[[]string](ctx, c, path("storage-pools", pool, "volumes")+"?all-projects=true")
	if err != nil {
		return nil, err
	}
	names := make(map[[2]string][]string)
	for _, address := range addresses {
		id, ok := c.Reference(address)
		parts := strings.Split(id.Name, "/")
		// pool/type/instance/snapshot
		if ok && id.Kind == "StorageVolumeSnapshot" && len(parts) == 4 && (parts[1] == "container" || parts[1] == "virtual-machine") {
			of := [2]string{id.Project, parts[2]}
			names[of] = append(names[of], parts[3])
		}
	}
	for _, some := range names {
		slices.Sort(some)
	}
	return names, nil
}
