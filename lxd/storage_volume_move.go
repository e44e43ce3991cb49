package lxd

import (
	"context"
	"maps"
	"net/http"
	"strings"
)

// betweenMembers is the extension by which LXD itself takes volumes from one
// cluster member to another.
const betweenMembers = "cluster_internal_custom_volume_copy"

// CopyStorageVolumeInput is a volume that is made like another.
type CopyStorageVolumeInput struct {
	Name        string
	Pool        *string
	Project     *string
	Target      *string
	VolumeOnly  *bool
	Description *string
	Config      StringMapPatch
}

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

// Copied is where a copy comes to be; project is the effective one.
func (v *StorageVolume) Copied(project string, input *CopyStorageVolumeInput) StorageVolumePlace {
	return v.Place().or(&input.Name, input.Pool, input.Target, project)
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

// CopyStorageVolume begins to make a volume that is like another, or like a
// snapshot of it where that is not nil.
func (c *Client) CopyStorageVolume(ctx context.Context, as Scope, volume *StorageVolume, snapshot *string, to StorageVolumePlace, input *CopyStorageVolumeInput) (*Operation, error) {
	if err := c.arrives(ctx, as, volume, "input.name", to); err != nil {
		return nil, err
	}
	model := like{volume.Name, volume.Description, volume.Config}
	if snapshot != nil {
		kept, err := c.StorageVolumeSnapshot(ctx, as, volume, *snapshot)
		if err != nil {
			return nil, err
		}
		model = model.of(kept)
	}
	config := StringMap{}
	maps.Copy(config, model.config)
	input.Config.apply(config)
	for _, asked := range []StringMap{changedKeys(model.config, config), lasting(config)} {
		if err := mayConfigure(as, harmlessVolume, asked); err != nil {
			return nil, err
		}
	}
	if err := c.fitsDisk(ctx, nil, to.Project, "input.config.size", nil, parseBytes(config["size"])); err != nil {
		return nil, err
	}
	// LXD of 5.0.2 weighs what is asked for against the project's limits, and not
	// what it is then like: it has to be told both.
	source := map[string]any{"type": "copy", "pool": volume.Pool, "name": model.name, "project": volume.Project, "volume_only": value(input.VolumeOnly)}
	body := map[string]any{"name": to.Name, "type": "custom", "content_type": volume.ContentType.word(), "source": source, "config": config, "description": model.description}
	if input.Description != nil {
		body["description"] = *input.Description
	}
	if from := value(volume.Location()); to.Member != from {
		source["location"] = from
	}
	address := onMemberAt(to.Project, to.Member, "storage-pools", to.Pool, "volumes", "custom")
	operation, err := change(ctx, c, to.Project, http.MethodPost, address, body)
	return operation, volumeError("input.config.size", err)
}

// like is what a copy is made like.
type like struct {
	name, description string
	config            StringMap
}

func (l like) of(snapshot *StorageVolumeSnapshot) like {
	return like{l.name + "/" + snapshot.Name(), snapshot.Description, snapshot.config}
}

// lasting leaves out what LXD itself keeps in a configuration.
func lasting(config StringMap) StringMap {
	lasting := maps.Clone(config)
	maps.DeleteFunc(lasting, func(key, _ string) bool { return strings.HasPrefix(key, "volatile.") })
	return lasting
}
