package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) changeState(ctx context.Context, project, name string, wait *int, key *string, change lxd.InstanceStateChange) (*work.InstancePayload, error) {
	if change.TimeoutSeconds < 0 || change.TimeoutSeconds > 3600 {
		return nil, &lxd.InputError{Argument: "timeoutSeconds", Message: "timeoutSeconds is 1 to 3600"}
	}
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := r.once(ctx, key, "setInstanceState", []any{project, name, change}, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.ChangeInstanceState(ctx, scope(ctx), project, name, change)
	})
	return r.changed(ctx, project, name, operation, wait, err)
}

// changed waits as the mutation was told to and reads the instance after it.
func (r *Resolver) changed(ctx context.Context, project, name string, operation *lxd.Operation, wait *int, err error) (*work.InstancePayload, error) {
	if err != nil {
		return nil, err
	}
	operation, err = r.wait(ctx, operation, wait)
	if err != nil {
		return nil, err
	}
	instance, err := r.LXD.InstanceObject(ctx, scope(ctx), project, name)
	if err != nil && !lxd.IsNotFound(err) {
		return nil, err
	}
	return &work.InstancePayload{Instance: instance, Operation: operation}, nil
}

// wait waits for a mutation's operation, and makes what is read next fresh.
func (r *Resolver) wait(ctx context.Context, operation *lxd.Operation, wait *int) (*lxd.Operation, error) {
	defer r.forget(ctx)
	atMost, err := waiting(wait)
	if err != nil {
		return nil, err
	}
	return r.Work.Succeeded(ctx, scope(ctx), operation, atMost)
}

// createInstance makes an instance, or with dryRun tells what it would make.
func (r *Resolver) createInstance(ctx context.Context, input *lxd.CreateInstanceInput, wait *int, key *string, dryRun bool) (*work.InstancePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	plan := lxd.NewChangePlan(dryRun)
	if plan != nil {
		_, err := r.Work.CreateInstance(ctx, scope(ctx), plan, input)
		return (&work.InstancePayload{}).With(plan), err
	}
	operation, err := r.once(ctx, key, "createInstance", input, func(ctx context.Context) (*lxd.Operation, error) {
		return r.Work.CreateInstance(ctx, scope(ctx), nil, input)
	})
	if err != nil {
		return nil, err
	}
	return r.changed(ctx, input.ProjectName(), input.Name, operation, wait, nil)
}

func (r *Resolver) deleteInstance(ctx context.Context, project, name string, force, dryRun bool, wait *int) (*work.DeletePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	instance, err := r.LXD.InstanceObject(ctx, scope(ctx), project, name)
	if err != nil {
		return nil, err
	}
	plan := lxd.NewChangePlan(dryRun)
	operation, err := r.Work.DeleteInstance(ctx, scope(ctx), plan, project, name, force)
	if err != nil || plan != nil {
		return &work.DeletePayload{Plan: plan}, err
	}
	operation, err = r.wait(ctx, operation, wait)
	if err != nil {
		return nil, err
	}
	id := instance.ID()
	return &work.DeletePayload{DeletedID: &id, Operation: operation}, nil
}
