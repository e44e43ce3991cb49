package lxd

import "context"

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

// buckets is the extension that brings buckets.
const buckets = "storage_buckets"

// IsNode marks that a bucket has an id.
func (*StorageBucket) IsNode() {}

// ID is the bucket's id.
func (b *StorageBucket) ID() string {
	return ID{Server: b.server, Kind: "StorageBucket", Project: b.Project, Name: b.Pool + "/" + b.Name}.String()
}

// Location is the cluster member; nil outside a cluster.
func (b *StorageBucket) Location() *string { return location(b.Member) }

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
	pools, err := c.StoragePools(ctx)
	if err != nil {
		return nil, err
	}
	return gather(ctx, pools, func(ctx context.Context, pool *StoragePool) ([]*StorageBucket, error) {
		list := listing[*StorageBucket]{
			address: path("storage-pools", pool.Name, "buckets"),
			project: func(b *StorageBucket) string { return b.Project },
			adopt:   func(b *StorageBucket, project string) { b.adopt(c, project, pool.Name) },
		}
		return list.in(ctx, c, as, project)
	})
}

// AllStorageBuckets lists the buckets of all projects that the scope allows.
func (c *Client) AllStorageBuckets(ctx context.Context, as Scope) ([]*StorageBucket, error) {
	if err := c.need(ctx, buckets); err != nil {
		return nil, err
	}
	projects, err := c.effectiveProjects(ctx, as, FeatureStorageBuckets)
	if err != nil {
		return nil, err
	}
	return gather(ctx, projects, func(ctx context.Context, project string) ([]*StorageBucket, error) {
		return c.StorageBuckets(ctx, as, project)
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
	if err == nil {
		bucket.adopt(c, project, pool)
	}
	return bucket, err
}

func (b *StorageBucket) adopt(c *Client, project, pool string) {
	b.server, b.Pool = c.Name(), pool
	if b.Project == "" {
		b.Project = projectOrDefault(project)
	}
}
