package lxd

import (
	"context"
	"maps"
	"net/http"
	"strconv"
)

// UpdateStorageVolumeInput is a change of a volume: what is nil stays as it is.
type UpdateStorageVolumeInput struct {
	Description *string
	Config      StringMapPatch
}

// UpdateStorageVolume begins to change a volume. With a plan nothing is changed.
func (c *Client) UpdateStorageVolume(ctx context.Context, as Scope, plan *ChangePlan, volume *StorageVolume, ifMatch *string, input *UpdateStorageVolumeInput) (*Operation, error) {
	return c.editVolume(ctx, as, plan, volume, ifMatch, "input.config.size", func(config StringMap) *string {
		input.Config.apply(config)
		return input.Description
	})
}

// ResizeStorageVolume begins to make a volume larger, or where LXD can smaller.
func (c *Client) ResizeStorageVolume(ctx context.Context, as Scope, volume *StorageVolume, size int64) (*Operation, error) {
	if err := checkSize("sizeBytes", size); err != nil {
		return nil, err
	}
	return c.editVolume(ctx, as, nil, volume, nil, "sizeBytes", func(config StringMap) *string {
		config["size"] = strconv.FormatInt(size, 10)
		return nil
	})
}

// editVolume changes a volume's configuration in place, and the description
// that is returned. SizeAt is the argument that a size is given by.
func (c *Client) editVolume(ctx context.Context, as Scope, plan *ChangePlan, volume *StorageVolume, ifMatch *string, sizeAt string, change func(StringMap) *string) (*Operation, error) {
	if err := enter(as, volume.Project, true); err != nil {
		return nil, err
	}
	operation, err := c.edit(ctx, as, plan, volume.Project, volume.address(nil), ifMatch, func(current object) error {
		was, err := configOf(current)
		if err != nil {
			return err
		}
		is := maps.Clone(was)
		if description := change(is); description != nil {
			if err := current.write("description", *description); err != nil {
				return err
			}
		}
		if err := c.fitsVolume(ctx, as, plan, volume, sizeAt, was, is); err != nil {
			return err
		}
		return current.write("config", is)
	})
	return operation, volumeError(sizeAt, err)
}

// fitsVolume refuses a change of a volume's configuration that the caller may
// not make, or that cannot be.
func (c *Client) fitsVolume(ctx context.Context, as Scope, plan *ChangePlan, volume *StorageVolume, sizeAt string, was, is StringMap) error {
	if err := mayConfigure(as, harmlessVolume, changedKeys(was, is)); err != nil {
		return err
	}
	if was["size"] == is["size"] {
		return nil
	}
	size := parseBytes(is["size"])
	if size != nil {
		if err := checkSize(sizeAt, *size); err != nil {
			return err
		}
	}
	if err := c.fitsContent(ctx, volume, sizeAt, size); err != nil {
		return err
	}
	return c.fitsDisk(ctx, plan, volume.Project, sizeAt, volume.SizeBytes(), size)
}

// DeleteStorageVolume begins to delete a volume that nothing uses, with its
// snapshots and backups. With a plan nothing is deleted.
func (c *Client) DeleteStorageVolume(ctx context.Context, as Scope, plan *ChangePlan, volume *StorageVolume) (*Operation, error) {
	if err := enter(as, volume.Project, true); err != nil {
		return nil, err
	}
	if err := plan.Block(c.occupied(as, "the volume "+volume.Name, volume.Users)); err != nil {
		return nil, err
	}
	before := map[string]any{"name": volume.Name, "description": volume.Description, "config": volume.Config}
	operation, err := c.do(ctx, as, plan, volume.Project, http.MethodDelete, volume.address(nil), before, nil)
	return operation, volumeError("", err)
}

// configOf is an object's configuration, to be changed.
func configOf(current object) (StringMap, error) {
	config := StringMap{}
	err := current.read("config", &config)
	if config == nil {
		config = StringMap{}
	}
	return config, err
}
