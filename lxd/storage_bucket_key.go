package lxd

import (
	"context"
	"encoding/json"
	"strings"
)

// StorageBucketKey is an access key of a bucket.
type StorageBucketKey struct {
	Name        string               `json:"name"`
	Description string               `json:"description"`
	Role        StorageBucketKeyRole `json:"role"`
	Access      string               `json:"access-key"`
	Secret      string               `json:"secret-key"`
}

// StorageBucketKeyRole is what an access key may do.
type StorageBucketKeyRole string

// UnmarshalJSON reads LXD's word.
func (r *StorageBucketKeyRole) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*r = known[StorageBucketKeyRole](strings.ToUpper(strings.ReplaceAll(word, "-", "_")), "ADMIN", "READ_ONLY")
	return err
}

// AccessKey is the public half; nil when it is hidden from the caller.
func (k *StorageBucketKey) AccessKey() *string { return optional(k.Access) }

// SecretKey is the secret half; nil when it is hidden from the caller.
func (k *StorageBucketKey) SecretKey() *string { return optional(k.Secret) }

// StorageBucketKeys reads the access keys of a bucket, without what opens it
// for a caller who may not see secrets.
func (c *Client) StorageBucketKeys(ctx context.Context, as Scope, bucket *StorageBucket) ([]*StorageBucketKey, error) {
	if !as.Allows(bucket.Project, false) {
		return nil, hidden("Storage bucket")
	}
	keys, err := get[[]*StorageBucketKey](ctx, c, in(bucket.Project, path("storage-pools", bucket.Pool, "buckets", bucket.Name, "keys"), "recursion", "1"))
	for _, key := range keys {
		if !SeesSecrets(as, bucket.Project) {
			key.Access, key.Secret = "", ""
		}
	}
	return keys, err
}
