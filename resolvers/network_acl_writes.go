package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) createACL(ctx context.Context, in place, input *lxd.CreateNetworkAclInput) (*work.NetworkAclPayload, error) {
	owner, operation, err := r.makes(ctx, in, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.CreateNetworkAcl(ctx, as, owner, input)
	})
	return r.aclAfter(ctx, owner, input.Name, operation, err)
}

func (r *Resolver) updateACL(ctx context.Context, in place, name string, ifMatch *string, input *lxd.UpdateNetworkAclInput) (*work.NetworkAclPayload, error) {
	owner, operation, err := r.alone(ctx, in, "network-acl", name, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.UpdateNetworkAcl(ctx, as, owner, name, ifMatch, input)
	})
	return r.aclAfter(ctx, owner, name, operation, err)
}

func (r *Resolver) renameACL(ctx context.Context, in place, name, newName string) (*work.NetworkAclPayload, error) {
	owner, operation, err := r.alone(ctx, in, "network-acl", name, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.RenameNetworkAcl(ctx, as, owner, name, newName)
	})
	return r.aclAfter(ctx, owner, newName, operation, err)
}

func (r *Resolver) aclAfter(ctx context.Context, owner, name string, operation *lxd.Operation, err error) (*work.NetworkAclPayload, error) {
	if err != nil {
		return nil, err
	}
	found, err := there(r.LXD.NetworkAcl(ctx, scope(ctx), owner, name))
	return &work.NetworkAclPayload{NetworkAcl: found, Operation: operation}, err
}

func (r *Resolver) deleteACL(ctx context.Context, in place, name string) (*work.DeletePayload, error) {
	return deletes(ctx, r, in, nil, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.NetworkAcl, *lxd.Operation, error) {
		return r.LXD.DeleteNetworkAcl(ctx, as, owner, name)
	})
}
