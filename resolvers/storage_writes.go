package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// storageDone makes a change, and waits for it as the mutation was told to.
func (r *Resolver) storageDone(ctx context.Context, wait *int, change func() (*lxd.Operation, error)) (*lxd.Operation, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := change()
	if err != nil {
		return nil, err
	}
	return r.wait(ctx, operation, wait)
}

// storageGone deletes what has the id.
func (r *Resolver) storageGone(ctx context.Context, id string, wait *int, remove func() (*lxd.Operation, error)) (*work.DeletePayload, error) {
	operation, err := r.storageDone(ctx, wait, remove)
	if err != nil {
		return nil, err
	}
	return &work.DeletePayload{DeletedID: &id, Operation: operation}, nil
}

// storageFound is the object; nil when it is not there (yet, or any more).
func storageFound[T any](object *T, err error) (*T, error) {
	if lxd.IsNotFound(err) {
		return nil, nil
	}
	return object, err
}

func (r *Resolver) createPool(ctx context.Context, input *lxd.CreateStoragePoolInput, wait *int, key *string) (*work.StoragePoolPayload, error) {
	return r.poolChanged(ctx, input.Name, wait, func() (*lxd.Operation, error) {
		return r.once(ctx, key, "createStoragePool", input, func(ctx context.Context) (*lxd.Operation, error) {
			return r.Work.CreateStoragePool(ctx, scope(ctx), input)
		})
	})
}

func (r *Resolver) poolChanged(ctx context.Context, name string, wait *int, change func() (*lxd.Operation, error)) (*work.StoragePoolPayload, error) {
	operation, err := r.storageDone(ctx, wait, change)
	if err != nil {
		return nil, err
	}
	pool, err := storageFound(r.LXD.StoragePool(ctx, name))
	return &work.StoragePoolPayload{StoragePool: pool, Operation: operation}, err
}

func (r *Resolver) deletePool(ctx context.Context, name string, wait *int) (*work.DeletePayload, error) {
	if err := lxd.MayChangePools(scope(ctx)); err != nil {
		return nil, err
	}
	pool, err := r.LXD.StoragePool(ctx, name)
	if err != nil {
		return nil, err
	}
	return r.storageGone(ctx, pool.ID(), wait, func() (*lxd.Operation, error) {
		return r.LXD.DeleteStoragePool(ctx, scope(ctx), pool)
	})
}

// bucket is the bucket of a project with a name.
func (r *Resolver) bucket(ctx context.Context, project *string, pool, name string) (*lxd.StorageBucket, error) {
	owner, err := owner(ctx, project, lxd.FeatureStorageBuckets)
	if err != nil {
		return nil, err
	}
	return r.LXD.StorageBucket(ctx, scope(ctx), owner, pool, name)
}

func (r *Resolver) createBucket(ctx context.Context, input *lxd.CreateStorageBucketInput, wait *int, key *string) (*work.StorageBucketPayload, error) {
	owner, err := owner(ctx, input.Project, lxd.FeatureStorageBuckets)
	if err != nil {
		return nil, err
	}
	operation, err := r.storageDone(ctx, wait, func() (*lxd.Operation, error) {
		return r.once(ctx, key, "createStorageBucket", input, func(ctx context.Context) (*lxd.Operation, error) {
			return r.LXD.CreateStorageBucket(ctx, scope(ctx), owner, input)
		})
	})
	if err != nil {
		return nil, err
	}
	bucket, err := storageFound(r.LXD.StorageBucket(ctx, scope(ctx), owner, input.Pool, input.Name))
	return &work.StorageBucketPayload{StorageBucket: bucket, Operation: operation}, err
}

// bucketChanged changes a bucket, or something of it.
func (r *Resolver) bucketChanged(ctx context.Context, project *string, pool, name string, wait *int, change func(*lxd.StorageBucket) (*lxd.Operation, error)) (*work.StorageBucketPayload, error) {
	bucket, err := r.bucket(ctx, project, pool, name)
	if err != nil {
		return nil, err
	}
	operation, err := r.storageDone(ctx, wait, func() (*lxd.Operation, error) { return change(bucket) })
	if err != nil {
		return nil, err
	}
	bucket, err = storageFound(r.LXD.StorageBucket(ctx, scope(ctx), bucket.Project, pool, name))
	return &work.StorageBucketPayload{StorageBucket: bucket, Operation: operation}, err
}

func (r *Resolver) deleteBucket(ctx context.Context, project *string, pool, name string, wait *int) (*work.DeletePayload, error) {
	bucket, err := r.bucket(ctx, project, pool, name)
	if err != nil {
		return nil, err
	}
	return r.storageGone(ctx, bucket.ID(), wait, func() (*lxd.Operation, error) {
		return r.LXD.DeleteStorageBucket(ctx, scope(ctx), bucket)
	})
}

// bucketKeyChanged changes an access key of a bucket.
func (r *Resolver) bucketKeyChanged(ctx context.Context, project *string, pool, bucket, name string, wait *int, change func(*lxd.StorageBucket) (*lxd.Operation, error)) (*work.StorageBucketKeyPayload, error) {
	changed, err := r.bucketChanged(ctx, project, pool, bucket, wait, change)
	if err != nil || changed.StorageBucket == nil {
		return nil, err
	}
	key, err := storageFound(r.LXD.StorageBucketKey(ctx, scope(ctx), changed.StorageBucket, name))
	return &work.StorageBucketKeyPayload{Key: key, Operation: changed.Operation}, err
}

func (r *Resolver) createBucketKey(ctx context.Context, project *string, pool, bucket string, input *lxd.CreateStorageBucketKeyInput, wait *int, key *string) (*work.StorageBucketKeyPayload, error) {
	return r.bucketKeyChanged(ctx, project, pool, bucket, input.Name, wait, func(of *lxd.StorageBucket) (*lxd.Operation, error) {
		return r.once(ctx, key, "createStorageBucketKey", []any{project, pool, bucket, input}, func(ctx context.Context) (*lxd.Operation, error) {
			return r.LXD.CreateStorageBucketKey(ctx, scope(ctx), of, input)
		})
	})
}
