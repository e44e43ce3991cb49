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
