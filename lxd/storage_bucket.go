package lxd

import (
	"context"
	"net/http"
	"strings"
)

// StorageBucket is a place for objects of the S3 protocol.
type StorageBucket struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	// Project is the effective project.
	Project string    `json:"project"`
	Pool    string    `json:"pool"`
	Member  string    `json:"location"`
	Address string    `json:"s3_url"`
	Config  StringMap `json:"config"`

	server string
}

// The extensions that bring buckets, and the list of those of all projects.
const (
	buckets    = "storage_buckets"
	allBuckets = "storage_buckets_all_projects"
)

// IsNode marks that a bucket has an id.
func (*StorageBucket) IsNode() {}

// ID is the bucket's id.
func (b *StorageBucket) ID() string {
	return ID{Server: b.server, Kind: "StorageBucket", Project: b.Project, Name: b.Pool + "/" + b.Name}.String()
}

// Location is the cluster member; nil outside a cluster.
func (b *StorageBucket) Location() *string { return location(&b.Member) }

// S3Url is where the S3 protocol is spoken for it; nil where it is not.
func (b *StorageBucket) S3Url() *string { return optional(b.Address) }

// Tags are the entries of the config key user.tags.
func (b *StorageBucket) Tags() []string { return b.Config.Tags() }

// SizeBytes is the size that is set; nil for none.
func (b *StorageBucket) SizeBytes() *int64 { return parseBytes(b.Config["size"]) }

// StorageBuckets lists the buckets of an effective project on all pools; an
// *ExtensionError where LXD has none.
func (c *Client) StorageBuckets(ctx context.Context, as Scope, project string) ([]*StorageBucket, error) {
	if err := c.need(ctx, buckets); err != nil {
		return nil, err
	}
	if err := enter(as, project, false); err != nil {
		return nil, err
	}
	return c.bucketsOfPools(ctx, func(ctx context.Context, list listing[*StorageBucket]) ([]*StorageBucket, error) {
		return list.in(ctx, c, as, project)
	})
}

// AllStorageBuckets lists the buckets of all projects that the scope allows.
func (c *Client) AllStorageBuckets(ctx context.Context, as Scope) ([]*StorageBucket, error) {
	if err := c.need(ctx, buckets); err != nil {
		return nil, err
	}
	return c.bucketsOfPools(ctx, func(ctx context.Context, list listing[*StorageBucket]) ([]*StorageBucket, error) {
		return list.everywhere(ctx, c, as)
	})
}

// bucketsOfPools asks each pool. LXD refuses to look for buckets on a pool whose
// driver has none: there are none.
func (c *Client) bucketsOfPools(ctx context.Context, ask func(context.Context, listing[*StorageBucket]) ([]*StorageBucket, error)) ([]*StorageBucket, error) {
	pools, err := c.StoragePools(ctx)
	if err != nil {
		return nil, err
	}
	return gather(ctx, pools, func(ctx context.Context, pool *StoragePool) ([]*StorageBucket, error) {
		found, err := ask(ctx, listing[*StorageBucket]{
			address: path("storage-pools", pool.Name, "buckets"), feature: FeatureStorageBuckets, extension: allBuckets,
			project: func(b *StorageBucket) string { return b.Project },
			adopt:   func(b *StorageBucket, project string) { b.adopt(c, project, pool.Name) },
		})
		if isStatus(err, http.StatusBadRequest) && strings.Contains(err.Error(), "not support buckets") {
			return nil, nil
		}
		return found, err
	})
}

// StorageBucket reads one bucket of an effective project.
func (c *Client) StorageBucket(ctx context.Context, as Scope, project, pool, name string) (*StorageBucket, error) {
	if err := c.need(ctx, buckets); err != nil {
		return nil, err
	}
	if !as.Allows(project, false) {
		return nil, hidden("Storage bucket")
	}
	bucket, err := get[*StorageBucket](ctx, c, in(project, path("storage-pools", pool, "buckets", name)))
	if err != nil {
		return nil, err
	}
	bucket.adopt(c, project, pool)
	if !as.Allows(bucket.Project, false) {
		return nil, hidden("Storage bucket")
	}
	return bucket, nil
}

func (b *StorageBucket) adopt(c *Client, project, pool string) {
	b.server, b.Pool = c.Name(), pool
	if b.Project == "" {
		b.Project = projectOrDefault(project)
	}
}
