package lxd

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// CreateStorageVolumeInput is a new custom volume.
type CreateStorageVolumeInput struct {
	Pool        string
	Name        string
	Project     *string
	ContentType *StorageVolumeContentType
	Description *string
	Config      StringMap
	SizeBytes   *int64
	Target      *string
}

// UpdateStorageVolumeInput is a change of a volume: what is nil stays as it is.
type UpdateStorageVolumeInput struct {
	Description *string
	Config      StringMapPatch
}

// CreateStorageVolume begins to make a custom volume in an effective project.
// With a plan nothing is made.
func (c *Client) CreateStorageVolume(ctx context.Context, as Scope, plan *ChangePlan, project string, input *CreateStorageVolumeInput) (*Operation, error) {
	if err := enter(as, project, true); err != nil {
		return nil, err
	}
	body, err := input.body()
	if err != nil {
		return nil, err
	}
	config := body["config"].(StringMap)
	if err := mayConfigure(as, harmlessVolume, config); err != nil {
		return nil, err
	}
	if err := c.freeVolumeName(ctx, plan, project, input.Pool, input.Name, value(input.Target)); err != nil {
		return nil, err
	}
	if err := c.fitsDisk(ctx, plan, project, "input.sizeBytes", nil, parseBytes(config["size"])); err != nil {
		return nil, err
	}
	address := onMemberAt(project, value(input.Target), "storage-pools", input.Pool, "volumes", "custom")
	operation, err := c.do(ctx, as, plan, project, http.MethodPost, address, nil, body)
	return operation, volumeError("input.sizeBytes", err)
}

func (i *CreateStorageVolumeInput) body() (map[string]any, error) {
	if err := checkVolumeName("input.name", i.Name); err != nil {
		return nil, err
	}
	content := value(i.ContentType)
	switch content {
	case "":
		content = "FILESYSTEM"
	case "FILESYSTEM", "BLOCK":
	default:
		return nil, &InputError{"input.contentType", "a new volume is FILESYSTEM or BLOCK: an ISO is imported"}
	}
	config, err := sized(i.Config, i.SizeBytes)
	return map[string]any{"name": i.Name, "type": "custom", "content_type": content.word(), "description": value(i.Description), "config": config}, err
}

// word is what LXD calls the content.
func (t StorageVolumeContentType) word() string { return strings.ToLower(string(t)) }

// onMemberAt is an address of a project, and of a cluster member where one is meant.
func onMemberAt(project, member string, segments ...string) string {
	if member == "" {
		return in(project, path(segments...))
	}
	return in(project, path(segments...), "target", member)
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

// freeVolumeName refuses a name that is taken, and a pool that is not there.
func (c *Client) freeVolumeName(ctx context.Context, plan *ChangePlan, project, pool, name, member string) error {
	if _, err := c.StoragePool(ctx, pool); err != nil {
		return err
	}
	switch _, err := c.StorageVolume(ctx, System, project, pool, VolumeCustom, name, member); {
	case err == nil, errors.As(err, new(*InputError)): // more than one member has it
		return plan.Block(&ExistsError{"a volume " + name + " exists already in the project " + project + " on the pool " + pool + ": choose another name"})
	case !IsNotFound(err):
		return err
	}
	return nil
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

// volumeError gives what LXD says of a caller's fault, much of it with status
// 500, its type. SizeAt is the argument that a size is given by.
func volumeError(sizeAt string, err error) error {
	return told(err, []telling{
		{"shrunk", asInput(sizeAt)},
		{`option "size"`, asInput(sizeAt)},
		{`no "size" config`, asInput(sizeAt)},
		{"Reached maximum", asLimit},
		{"Invalid option for volume", asInput("input.config")},
		{"Invalid value for volume", asInput("input.config")},
		{"mutually exclusive", asInput("input.config")},
		{"already exists", asExists},
		{"in use", asInUse},
		{"used by running", asInUse},
	})
}
