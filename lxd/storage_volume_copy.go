package lxd

import (
	"context"
	"maps"
	"net/http"
	"strings"
)

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

// Copied is where a copy comes to be; project is the effective one.
func (v *StorageVolume) Copied(project string, input *CopyStorageVolumeInput) StorageVolumePlace {
	return v.Place().or(&input.Name, input.Pool, input.Target, project)
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
