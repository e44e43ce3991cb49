package lxd

import (
	"context"
	"maps"
	"net/http"
	"strconv"
)

// CreateStorageBucketInput is a new bucket.
type CreateStorageBucketInput struct {
	Pool        string
	Name        string
	Project     *string
	Description *string
	Config      StringMap
	SizeBytes   *int64
	Target      *string
}

// UpdateStorageBucketInput is a change of a bucket: what is nil stays as it is.
type UpdateStorageBucketInput struct {
	Description *string
	Config      StringMapPatch
	SizeBytes   *int64
}

// CreateStorageBucket begins to make a bucket in an effective project. LXD makes
// its first access key with it.
func (c *Client) CreateStorageBucket(ctx context.Context, as Scope, project string, input *CreateStorageBucketInput) (*Operation, error) {
	if err := c.need(ctx, buckets); err != nil {
		return nil, err
	}
	if err := enter(as, project, true); err != nil {
		return nil, err
	}
	if err := checkBucketName("input.name", input.Name); err != nil {
		return nil, err
	}
	config, err := sized(input.Config, input.SizeBytes)
	if err != nil {
		return nil, err
	}
	if err := mayConfigure(as, harmlessBucket, config); err != nil {
		return nil, err
	}
	switch _, err := c.StorageBucket(ctx, System, project, input.Pool, input.Name); {
	case err == nil:
		return nil, &ExistsError{"a bucket " + input.Name + " exists already in the project " + project + " on the pool " + input.Pool + ": choose another name"}
	case !IsNotFound(err):
		return nil, err
	}
	address := onMemberAt(project, value(input.Target), "storage-pools", input.Pool, "buckets")
	operation, err := change(ctx, c, project, http.MethodPost, address, map[string]any{"name": input.Name, "description": value(input.Description), "config": config})
	return operation, atTarget(input.Target, bucketError(err))
}

// UpdateStorageBucket begins to change a bucket.
func (c *Client) UpdateStorageBucket(ctx context.Context, as Scope, bucket *StorageBucket, ifMatch *string, input *UpdateStorageBucketInput) (*Operation, error) {
	if err := enter(as, bucket.Project, true); err != nil {
		return nil, err
	}
	if input.SizeBytes != nil {
		if err := checkSize("input.sizeBytes", *input.SizeBytes); err != nil {
			return nil, err
		}
	}
	operation, err := c.edit(ctx, as, nil, bucket.Project, bucket.address(), ifMatch, func(current object) error {
		if input.Description != nil {
			if err := current.write("description", *input.Description); err != nil {
				return err
			}
		}
		was, err := configOf(current)
		if err != nil {
			return err
		}
		is := maps.Clone(was)
		input.Config.apply(is)
		if input.SizeBytes != nil {
			is["size"] = strconv.FormatInt(*input.SizeBytes, 10)
		}
		if err := mayConfigure(as, harmlessBucket, changedKeys(was, is)); err != nil {
			return err
		}
		return current.write("config", is)
	})
	return operation, bucketError(err)
}

// DeleteStorageBucket begins to delete a bucket with its access keys. LXD
// itself refuses where objects are in it.
func (c *Client) DeleteStorageBucket(ctx context.Context, as Scope, bucket *StorageBucket) (*Operation, error) {
	if err := enter(as, bucket.Project, true); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, bucket.Project, http.MethodDelete, bucket.address(), nil)
	return operation, bucketError(err)
}

// address is where LXD has the bucket, or something of it.
func (b *StorageBucket) address(of ...string) string {
	return onMemberAt(b.Project, value(b.Location()), append([]string{"storage-pools", b.Pool, "buckets", b.Name}, of...)...)
}

func bucketError(err error) error {
	return told(err, []telling{
		{"not support buckets", asInput("input.pool")},
		{"Invalid option", asInput("input.config")},
		{"Invalid value", asInput("input.config")},
		{"already exists", asExists},
		{"not empty", asConflict},
		{"Reached maximum", asLimit},
	})
}
