package lxd

import (
	"context"
	"net/http"
)

// CreateStoragePoolInput is a new storage pool.
type CreateStoragePoolInput struct {
	Name        string
	Driver      string
	Description *string
	Config      StringMap
	Members     []*StoragePoolMemberInput
}

// StoragePoolMemberInput is what of a new pool holds on one cluster member.
type StoragePoolMemberInput struct {
	Member string
	Config StringMap
}

// UpdateStoragePoolInput is a change of a pool: what is nil stays as it is.
type UpdateStoragePoolInput struct {
	Description *string
	Config      StringMapPatch
}

// MayChangePools is nil for an administrator of the whole server only.
func MayChangePools(as Scope) error {
	if !as.Allows("", true) {
		return &ForbiddenError{Reason: "storage pools are the server's: only an ADMIN of the whole server may change them"}
	}
	return nil
}

// StoragePoolCreation checks a new pool and says how it is made: in one step,
// in a cluster in one for each member and a last one. Undo takes away what the
// steps have left when one failed.
func (c *Client) StoragePoolCreation(ctx context.Context, as Scope, input *CreateStoragePoolInput) (steps []func(context.Context) (*Operation, error), undo func(context.Context) (*Operation, error), err error) {
	if err := MayChangePools(as); err != nil {
		return nil, nil, err
	}
	if err := checkPoolName("input.name", input.Name); err != nil {
		return nil, nil, err
	}
	members, err := c.membersOfPool(ctx, input.Members)
	if err != nil {
		return nil, nil, err
	}
	switch _, err := c.StoragePool(ctx, input.Name); {
	case err == nil:
		return nil, nil, &ExistsError{"a storage pool " + input.Name + " exists already: choose another name"}
	case !IsNotFound(err):
		return nil, nil, err
	}
	step := func(address string, body map[string]any) {
		steps = append(steps, func(ctx context.Context) (*Operation, error) {
			operation, err := change(ctx, c, "", http.MethodPost, address, body)
			return operation, poolError("input.", err)
		})
	}
	for _, member := range members {
		step(path("storage-pools")+"?"+onMember(member.Member), map[string]any{"name": input.Name, "driver": input.Driver, "config": member.Config})
	}
	step(path("storage-pools"), map[string]any{"name": input.Name, "driver": input.Driver, "description": value(input.Description), "config": input.Config})
	return steps, func(ctx context.Context) (*Operation, error) {
		return change(ctx, c, "", http.MethodDelete, path("storage-pools", input.Name), nil)
	}, nil
}

// membersOfPool are the members on which a pool is defined first: all, since
// LXD makes it on all or none. There are none outside a cluster.
func (c *Client) membersOfPool(ctx context.Context, given []*StoragePoolMemberInput) ([]*StoragePoolMemberInput, error) {
	members, err := c.ClusterMembers(ctx)
	if err != nil {
		return nil, err
	}
	configs := map[string]StringMap{}
	for _, one := range given {
		if _, twice := configs[one.Member]; twice {
			return nil, &InputError{"input.members", "the member " + one.Member + " stands there twice"}
		}
		configs[one.Member] = one.Config
	}
	all := make([]*StoragePoolMemberInput, len(members))
	for n, member := range members {
		all[n] = &StoragePoolMemberInput{member.Name, configs[member.Name]}
		delete(configs, member.Name)
	}
	for name := range configs {
		return nil, &InputError{"input.members", "there is no cluster member " + name}
	}
	return all, nil
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

// poolError gives what LXD says of a caller's fault, much of it with status
// 500, its type. At is where the input stands.
func poolError(at string, err error) error {
	return told(err, []telling{
		{"Unknown driver", asInput(at + "driver")},
		{"Invalid option", asInput(at + "config")},
		{"Invalid value", asInput(at + "config")},
		{"member specific", asInput(at + "config")},
		{"cannot be changed", asInput(at + "config.source")},
		{"Source path", asInput(at + "config.source")},
		{"currently in use", asInUse},
	})
}
