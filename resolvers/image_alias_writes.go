package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) createImageAlias(ctx context.Context, input *lxd.CreateImageAliasInput, wait *int, key *string) (*work.ImageAliasPayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := r.once(ctx, key, "createImageAlias", input, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.CreateImageAlias(ctx, administrator(ctx), input)
	})
	return r.imageAliasChanged(ctx, input.Project, input.Name, operation, wait, err)
}

func (r *Resolver) updateImageAlias(ctx context.Context, project *string, name string, ifMatch *string, input *lxd.UpdateImageAliasInput, wait *int) (*work.ImageAliasPayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	owner, err := owner(ctx, project, lxd.FeatureImages)
	if err != nil {
		return nil, err
	}
	operation, err := r.Work.Alone(ctx, "image alias "+owner+" "+name, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.UpdateImageAlias(ctx, administrator(ctx), owner, name, ifMatch, input)
	})
	return r.imageAliasChanged(ctx, &owner, name, operation, nil, err)
}

func (r *Resolver) renameImageAlias(ctx context.Context, project *string, name, newName string, wait *int) (*work.ImageAliasPayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := r.LXD.RenameImageAlias(ctx, administrator(ctx), value(project), name, newName)
	return r.imageAliasChanged(ctx, project, newName, operation, wait, err)
}

// imageAliasChanged waits as the mutation was told to, and reads the name after it.
func (r *Resolver) imageAliasChanged(ctx context.Context, project *string, name string, operation *lxd.Operation, wait *int, err error) (*work.ImageAliasPayload, error) {
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	owner, err := owner(ctx, project, lxd.FeatureImages)
	if err != nil {
		return nil, err
	}
	alias, err := unlessGone(r.LXD.ImageAlias(ctx, scope(ctx), owner, name))
	return &work.ImageAliasPayload{ImageAlias: alias, Operation: operation}, err
}

func (r *Resolver) deleteImageAlias(ctx context.Context, project *string, name string, wait *int) (*work.DeletePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	owner, err := owner(ctx, project, lxd.FeatureImages)
	if err != nil {
		return nil, err
	}
	alias, err := r.LXD.ImageAlias(ctx, scope(ctx), owner, name)
	if err != nil {
		return nil, err
	}
	operation, err := r.LXD.DeleteImageAlias(ctx, administrator(ctx), owner, name)
	return r.deleted(ctx, alias.ID(), operation, wait, err)
}
