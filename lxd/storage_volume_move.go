package lxd

import (
	"context"
	"net/http"
)

// betweenMembers is the extension by which LXD itself takes volumes from one
// cluster member to another.
const betweenMembers = "cluster_internal_custom_volume_copy"

// MoveStorageVolumeInput is where a volume goes: what is nil stays as it is.
type MoveStorageVolumeInput struct {
	Name    *string
	Pool    *string
	Project *string
	Target  *string
}

// StorageVolumePlace is where a volume is: in an effective project, and on a
// cluster member where pools are each member's own.
type StorageVolumePlace struct{ Project, Pool, Name, Member string }

// Place is where the volume is.
func (v *StorageVolume) Place() StorageVolumePlace {
	return StorageVolumePlace{v.Project, v.Pool, v.Name, value(v.Location())}
}

// or is the place with what is given in its stead.
func (p StorageVolumePlace) or(name, pool, member *string, project string) StorageVolumePlace {
	p.Project = project
	for into, given := range map[*string]*string{&p.Name: name, &p.Pool: pool, &p.Member: member} {
		if given != nil {
			*into = *given
		}
	}
	return p
}

// Moved is where a moved volume comes to be; project is the effective one.
func (v *StorageVolume) Moved(project string, input *MoveStorageVolumeInput) StorageVolumePlace {
	return v.Place().or(input.Name, input.Pool, input.Target, project)
}

// RenameStorageVolume begins to rename a volume. Instances that are stopped
// and have it go on having it.
func (c *Client) RenameStorageVolume(ctx context.Context, as Scope, volume *StorageVolume, newName string) (*Operation, error) {
	to := volume.Place()
	to.Name = newName
	if err := c.arrives(ctx, as, volume, "newName", to); err != nil {
		return nil, err
	}
	if err := c.idle(ctx, as, volume); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, volume.Project, http.MethodPost, volume.address(nil), map[string]any{"name": newName})
	return operation, volumeError("", err)
}

// arrives refuses a place that is taken, that LXD cannot bring a volume to, or
// that the caller may not write.
func (c *Client) arrives(ctx context.Context, as Scope, volume *StorageVolume, argument string, to StorageVolumePlace) error {
	for _, project := range []string{volume.Project, to.Project} {
		if err := enter(as, project, true); err != nil {
			return err
		}
	}
	if err := checkVolumeName(argument, to.Name); err != nil {
		return err
	}
	if to.Member != value(volume.Location()) {
		if volume.Location() == nil {
			return &InputError{"input.target", volume.Name + " is on no cluster member of its own: leave target out"}
		}
		if err := c.need(ctx, betweenMembers); err != nil {
			return err
		}
	}
	return c.freeVolumeName(ctx, nil, to.Project, to.Pool, to.Name, to.Member)
}

// MoveStorageVolume begins to move a volume with its snapshots.
func (c *Client) MoveStorageVolume(ctx context.Context, as Scope, volume *StorageVolume, to StorageVolumePlace) (*Operation, error) {
	if to == volume.Place() {
		if err := enter(as, volume.Project, true); err != nil {
			return nil, err
		}
		return nil, &InputError{"input", volume.Name + " is there already: give a pool, project, target or name that is another"}
	}
	if err := c.arrives(ctx, as, volume, "input.name", to); err != nil {
		return nil, err
	}
	body := map[string]any{"name": to.Name, "pool": to.Pool}
	if to.Project != volume.Project {
		// LXD moves it away from under an instance that is stopped, and that does
		// not start any more then (seen on 5.0.2).
		if err := c.occupied(as, "the volume "+volume.Name, volume.Users); err != nil {
			return nil, err
		}
		if err := mayConfigure(as, harmlessVolume, lasting(volume.Config)); err != nil {
			return nil, err
		}
		if err := c.fitsDisk(ctx, nil, to.Project, "input.project", nil, volume.SizeBytes()); err != nil {
			return nil, err
		}
		body["project"] = to.Project
	}
	if err := c.idle(ctx, as, volume); err != nil {
		return nil, err
	}
	address := volume.address(nil)
	if from := value(volume.Location()); to.Member != from {
		body["source"] = map[string]any{"location": from}
		address = onMemberAt(volume.Project, to.Member, "storage-pools", volume.Pool, "volumes", "custom", volume.Name)
	} else if to.Pool == volume.Pool && to.Project == volume.Project {
		delete(body, "pool") // LXD then takes it for a new name
	}
	operation, err := change(ctx, c, to.Project, http.MethodPost, address, body)
	return operation, volumeError("", err)
}
