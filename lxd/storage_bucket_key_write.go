package lxd

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// CreateStorageBucketKeyInput is a new access key of a bucket.
type CreateStorageBucketKeyInput struct {
	Name        string
	Description *string
	Role        *StorageBucketKeyRole
	// AccessKey and SecretKey are nil for LXD to make them.
	AccessKey *string
	SecretKey *string
}

// UpdateStorageBucketKeyInput is a change of an access key: what is nil stays as it is.
type UpdateStorageBucketKeyInput struct {
	Description *string
	Role        *StorageBucketKeyRole
	AccessKey   *string
	SecretKey   *string
}

func (r StorageBucketKeyRole) word() string {
	return strings.ReplaceAll(strings.ToLower(string(r)), "_", "-")
}

// StorageBucketKey reads one access key of a bucket.
func (c *Client) StorageBucketKey(ctx context.Context, as Scope, bucket *StorageBucket, name string) (*StorageBucketKey, error) {
	keys, err := c.StorageBucketKeys(ctx, as, bucket)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(keys, func(k *StorageBucketKey) bool { return k.Name == name })
	if at < 0 {
		return nil, hidden("Storage bucket key")
	}
	return keys[at], nil
}

// CreateStorageBucketKey begins to make an access key.
func (c *Client) CreateStorageBucketKey(ctx context.Context, as Scope, bucket *StorageBucket, input *CreateStorageBucketKeyInput) (*Operation, error) {
	if err := enter(as, bucket.Project, true); err != nil {
		return nil, err
	}
	if err := checkBucketKeyName("input.name", input.Name); err != nil {
		return nil, err
	}
	role, err := keyRole(input.Role)
	if err != nil {
		return nil, err
	}
	switch _, err := c.StorageBucketKey(ctx, as, bucket, input.Name); {
	case err == nil:
		return nil, &ExistsError{"an access key " + input.Name + " of " + bucket.Name + " exists already: choose another name"}
	case !IsNotFound(err):
		return nil, err
	}
	body := map[string]any{"name": input.Name, "description": value(input.Description), "role": role}
	for field, text := range map[string]*string{"access-key": input.AccessKey, "secret-key": input.SecretKey} {
		if text != nil {
			body[field] = *text
		}
	}
	operation, err := change(ctx, c, bucket.Project, http.MethodPost, bucket.address("keys"), body)
	return operation, bucketError(err)
}

// keyRole is LXD's word for a role; nil is to read and write.
func keyRole(role *StorageBucketKeyRole) (string, error) {
	switch {
	case role == nil:
		return "admin", nil
	case *role == "UNKNOWN":
		return "", &InputError{"input.role", "the role is ADMIN or READ_ONLY"}
	}
	return role.word(), nil
}

// UpdateStorageBucketKey begins to change an access key.
func (c *Client) UpdateStorageBucketKey(ctx context.Context, as Scope, bucket *StorageBucket, name string, ifMatch *string, input *UpdateStorageBucketKeyInput) (*Operation, error) {
	if err := enter(as, bucket.Project, true); err != nil {
		return nil, err
	}
	role, err := keyRole(input.Role)
	if err != nil {
		return nil, err
	}
	fields := map[string]*string{"description": input.Description, "access-key": input.AccessKey, "secret-key": input.SecretKey}
	if input.Role != nil {
		fields["role"] = &role
	}
	operation, err := c.edit(ctx, as, nil, bucket.Project, bucket.address("keys", name), ifMatch, func(current object) error {
		for field, text := range fields {
			if text == nil {
				continue
			}
			if err := current.write(field, *text); err != nil {
				return err
			}
		}
		return nil
	})
	return operation, bucketError(err)
}

// DeleteStorageBucketKey begins to delete an access key.
func (c *Client) DeleteStorageBucketKey(ctx context.Context, as Scope, bucket *StorageBucket, name string) (*Operation, error) {
	if err := enter(as, bucket.Project, true); err != nil {
		return nil, err
	}
	return change(ctx, c, bucket.Project, http.MethodDelete, bucket.address("keys", name), nil)
}
