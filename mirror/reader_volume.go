package mirror

import (
	"context"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// StorageVolumes are the client's. Only custom ones are held: a list of others,
// or one chosen by an expression of LXD's, comes from LXD.
func (r *Reader) StorageVolumes(ctx context.Context, as lxd.Scope, list lxd.VolumeList) ([]*lxd.StorageVolume, error) {
	if list.Type != lxd.VolumeCustom || list.Filter != "" || r.View() == nil {
		return r.ask(listKey(Volumes, list.Project, list.AllProjects)).StorageVolumes(ctx, as, list)
	}
	if list.Pool != "" && !r.holds(Key{StoragePools, "", list.Pool}) {
		return r.ask(listKey(Volumes, list.Project, list.AllProjects)).StorageVolumes(ctx, as, list) // it may have come to be a moment ago
	}
	volumes := everywhere[lxd.StorageVolume](r, as, Volumes)
	if !list.AllProjects {
		project, err := r.Project(ctx, as, list.Project)
		if err != nil {
			return nil, err
		}
		volumes = objects[lxd.StorageVolume](as, within(r.entries(Volumes), project.Effective(lxd.FeatureStorageVolumes)))
	}
	on := volumes[:0]
	for _, volume := range volumes {
		if list.Pool == "" || volume.Pool == list.Pool {
			on = append(on, volume)
		}
	}
	return on, nil
}

// StorageVolume is the client's.
func (r *Reader) StorageVolume(ctx context.Context, as lxd.Scope, project, pool string, kind lxd.StorageVolumeType, name, member string) (*lxd.StorageVolume, error) {
	if kind != lxd.VolumeCustom || member != "" || r.View() == nil {
		return r.ask(Key{Volumes, project, pool + "/custom/" + name}).StorageVolume(ctx, as, project, pool, kind, name, member)
	}
	held := r.entry(Key{Volumes, project, pool + "/custom/" + name})
	if held == nil { // of one cluster member, or of several
		return r.ask(Key{Volumes, project, pool + "/custom/" + name}).StorageVolume(ctx, as, project, pool, kind, name, member)
	}
	return object[lxd.StorageVolume](r, as, held.Key, "Storage volume")
}

// VolumeOf is the client's.
func (r *Reader) VolumeOf(ctx context.Context, as lxd.Scope, project, path string) (*lxd.StorageVolume, error) {
	_, rest, _ := strings.Cut(path, "/")
	if !strings.HasPrefix(rest, "custom") || r.View() == nil {
		return r.ask(Key{Volumes, project, path}).VolumeOf(ctx, as, project, path)
	}
	held := r.entry(Key{Volumes, project, path})
	if held == nil {
		return r.ask(Key{Volumes, project, path}).VolumeOf(ctx, as, project, path)
	}
	return object[lxd.StorageVolume](r, as, held.Key, "Storage volume")
}

// HoldsVolume reports whether a volume comes from memory.
func (r *Reader) HoldsVolume(project, path string) bool {
	return r.View() != nil && r.entry(Key{Volumes, project, path}) != nil
}
