package lxd

import (
	"context"
	"errors"
	"net/http"
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
	sizeAt := "input.sizeBytes"
	if _, there := input.Config["size"]; there {
		sizeAt = "input.config.size"
	}
	if err := c.fitsDisk(ctx, plan, project, sizeAt, nil, parseBytes(config["size"])); err != nil {
		return nil, err
	}
	address := onMemberAt(project, value(input.Target), "storage-pools", input.Pool, "volumes", "custom")
	operation, err := c.do(ctx, as, plan, project, http.MethodPost, address, nil, body)
	return operation, atTarget(input.Target, volumeError(sizeAt, err))
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
		{"with running instances", asConflict},
	})
}
