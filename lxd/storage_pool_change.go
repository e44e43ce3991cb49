package lxd

import (
	"context"
	"net/http"
)

// UpdateStoragePoolInput is a change of a pool: what is nil stays as it is.
type UpdateStoragePoolInput struct {
	Description *string
	Config      StringMapPatch
}

// UpdateStoragePool begins to change a pool; with a member what of it holds on
// that member only.
func (c *Client) UpdateStoragePool(ctx context.Context, as Scope, name, member string, ifMatch *string, input *UpdateStoragePoolInput) (*Operation, error) {
	if err := MayChangePools(as); err != nil {
		return nil, err
	}
	address := path("storage-pools", name)
	if member != "" {
		operation, err := c.updatePoolOfMember(ctx, address+"?"+onMember(member), input)
		return operation, poolError("input.", err)
	}
	if ifMatch != nil {
		if seen, err := etag(ctx, c, address); err != nil || seen == nil {
			return nil, orInput(err, "ifMatch", "this release of LXD gives storage pools no etag: leave ifMatch out")
		}
	}
	operation, err := c.edit(ctx, as, nil, "", address, ifMatch, func(current object) error {
		return input.apply(current)
	})
	return operation, poolError("input.", err)
}

func (i *UpdateStoragePoolInput) apply(current object) error {
	if i.Description != nil {
		if err := current.write("description", *i.Description); err != nil {
			return err
		}
	}
	config, err := configOf(current)
	if err != nil {
		return err
	}
	i.Config.apply(config)
	return current.write("config", config)
}

// updatePoolOfMember sends what changes and nothing else: a PUT for one member
// takes the keys of all away, and refuses to be given them (seen on 5.0.2). A
// PATCH empties the description when it has none.
func (c *Client) updatePoolOfMember(ctx context.Context, address string, input *UpdateStoragePoolInput) (*Operation, error) {
	if input.Description != nil {
		return nil, &InputError{"input.description", "the description is not one member's: change it without member"}
	}
	pool, err := get[*StoragePool](ctx, c, address)
	if err != nil {
		return nil, err
	}
	config := StringMap{}
	for key, text := range input.Config {
		config[key] = value(text)
	}
	return change(ctx, c, "", http.MethodPatch, address, map[string]any{"config": config, "description": pool.Description})
}

// DeleteStoragePool begins to delete a pool that nothing uses.
func (c *Client) DeleteStoragePool(ctx context.Context, as Scope, pool *StoragePool) (*Operation, error) {
	if err := MayChangePools(as); err != nil {
		return nil, err
	}
	if err := c.occupied(as, "the storage pool "+pool.Name, withoutImages(pool.Users)); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, "", http.MethodDelete, path("storage-pools", pool.Name), nil)
	return operation, poolError("", err)
}
