package lxd

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// VolumeList says which volumes to list.
type VolumeList struct {
	// Project is whose volumes: its instances' and the custom ones that it uses,
	// which may be another project's; "" is "default".
	Project string
	// AllProjects lists those of all projects that the scope allows.
	AllProjects bool
	// Pool is one storage pool; "" is all.
	Pool string
	// Type is one kind; "" is all.
	Type StorageVolumeType
	// Filter is an expression of LXD's own; "" is none.
	Filter string
}

// allVolumes is the extension by which LXD lists the volumes of all pools at once.
const allVolumes = "storage_volumes"

// StorageVolumes lists volumes, without snapshots as volumes: in one request
// where LXD can, else in one for each pool.
func (c *Client) StorageVolumes(ctx context.Context, as Scope, list VolumeList) ([]*StorageVolume, error) {
	for _, project := range []string{list.Project, "default"} { // whose custom volumes the project may show
		if err := checkFilter(as, project, list.AllProjects, list.Filter); err != nil {
			return nil, err
		}
	}
	if !list.AllProjects {
		if err := enter(as, projectOrDefault(list.Project), false); err != nil {
			return nil, err
		}
	}
	volumes, err := c.listVolumes(ctx, list)
	if list.AllProjects && isStatus(err, http.StatusForbidden) { // a certificate restricted to projects
		volumes, err = c.volumesPerProject(ctx, as, list)
	}
	return slices.DeleteFunc(volumes, func(v *StorageVolume) bool {
		return !as.Allows(v.Project, false) || (list.Type != "" && v.Type != list.Type)
	}), filterError(list.Filter, err)
}

func (c *Client) listVolumes(ctx context.Context, list VolumeList) ([]*StorageVolume, error) {
	if list.Pool != "" {
		return c.volumesAt(ctx, path("storage-pools", list.Pool, "volumes"), list, list.Pool)
	}
	able, err := c.Has(ctx, allVolumes)
	if err != nil {
		return nil, err
	}
	if able {
		return c.volumesAt(ctx, "/1.0/storage-volumes", list, "")
	}
	pools, err := c.StoragePools(ctx)
	if err != nil {
		return nil, err
	}
	return gather(ctx, pools, func(ctx context.Context, pool *StoragePool) ([]*StorageVolume, error) {
		return c.volumesAt(ctx, path("storage-pools", pool.Name, "volumes"), list, pool.Name)
	})
}

func (c *Client) volumesPerProject(ctx context.Context, as Scope, list VolumeList) ([]*StorageVolume, error) {
	projects, err := c.Projects(ctx, as)
	if err != nil {
		return nil, err
	}
	volumes, err := gather(ctx, projects, func(ctx context.Context, project *Project) ([]*StorageVolume, error) {
		one := list
		one.AllProjects, one.Project = false, project.Name
		return c.listVolumes(ctx, one)
	})
	seen := map[string]bool{} // what projects share comes with each of them
	return slices.DeleteFunc(volumes, func(v *StorageVolume) bool {
		again := seen[v.ID()]
		seen[v.ID()] = true
		return again
	}), err
}

func (c *Client) volumesAt(ctx context.Context, address string, list VolumeList, pool string) ([]*StorageVolume, error) {
	query := url.Values{"recursion": {"1"}}
	if list.AllProjects {
		query.Set("all-projects", "true")
	} else {
		query.Set("project", projectOrDefault(list.Project))
	}
	if list.Filter != "" {
		query.Set("filter", list.Filter)
	}
	entries, err := get[[]*StorageVolume](ctx, c, address+"?"+query.Encode())
	for _, entry := range entries {
		entry.adopt(c, list.Project, pool)
	}
	volumes := withSnapshots(entries)
	if list.Filter != "" { // which may have left snapshots out
		for _, volume := range volumes {
			volume.listed = nil
		}
	}
	return volumes, err
}

// withSnapshots puts a list's snapshots, which are in it as "volume/snapshot",
// with their volumes.
func withSnapshots(entries []*StorageVolume) []*StorageVolume {
	volumes := make([]*StorageVolume, 0, len(entries))
	parents := make(map[string]*StorageVolume, len(entries))
	for _, entry := range entries {
		if !strings.Contains(entry.Name, "/") {
			entry.listed = []*StorageVolumeSnapshot{}
			volumes = append(volumes, entry)
			parents[parentKey(entry, entry.Name)] = entry
		}
	}
	for _, entry := range entries {
		volume, _, isSnapshot := strings.Cut(entry.Name, "/")
		parent := parents[parentKey(entry, volume)]
		if isSnapshot && parent != nil {
			parent.listed = append(parent.listed, &StorageVolumeSnapshot{FullName: entry.Name, Description: entry.Description, CreatedAt: entry.CreatedAt, volume: parent})
		}
	}
	return volumes
}

func parentKey(entry *StorageVolume, volume string) string {
	return strings.Join([]string{entry.Project, entry.Pool, entry.Type.word(), entry.Member, volume}, "/")
}
