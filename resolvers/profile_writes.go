package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) createProfile(ctx context.Context, input *lxd.CreateProfileInput, wait *int, key *string, dryRun bool) (*work.ProfilePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	plan := lxd.NewChangePlan(dryRun)
	if plan != nil {
		key = nil
	}
	operation, err := r.once(ctx, key, "createProfile", input, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.CreateProfile(ctx, administrator(ctx), plan, input)
	})
	if err != nil || plan != nil {
		return &work.ProfilePayload{Plan: plan}, err
	}
	return r.profileChanged(ctx, input.Project, input.Name, operation, wait, nil)
}

func (r *Resolver) updateProfile(ctx context.Context, project *string, name string, ifMatch *string, input *lxd.UpdateProfileInput, wait *int, dryRun bool) (*work.ProfilePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	owner, err := owner(ctx, project, lxd.FeatureProfiles)
	if err != nil {
		return nil, err
	}
	plan := lxd.NewChangePlan(dryRun)
	operation, err := r.Work.Alone(ctx, "profile "+owner+" "+name, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.UpdateProfile(ctx, administrator(ctx), plan, owner, name, ifMatch, input)
	})
	payload, err := r.profileChanged(ctx, &owner, name, operation, nil, err)
	if payload != nil {
		payload.Plan = plan
	}
	return payload, err
}

func (r *Resolver) renameProfile(ctx context.Context, project *string, name, newName string, wait *int) (*work.ProfilePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := r.LXD.RenameProfile(ctx, administrator(ctx), value(project), name, newName)
	return r.profileChanged(ctx, project, newName, operation, wait, err)
}

// profileChanged waits as the mutation was told to, and reads the profile after it.
func (r *Resolver) profileChanged(ctx context.Context, project *string, name string, operation *lxd.Operation, wait *int, err error) (*work.ProfilePayload, error) {
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	owner, err := owner(ctx, project, lxd.FeatureProfiles)
	if err != nil {
		return nil, err
	}
	profile, err := unlessGone(r.LXD.Profile(ctx, scope(ctx), owner, name))
	return &work.ProfilePayload{Profile: profile, Operation: operation}, err
}

func (r *Resolver) deleteProfile(ctx context.Context, project *string, name string, wait *int, dryRun bool) (*work.DeletePayload, error) {
	owner, err := owner(ctx, project, lxd.FeatureProfiles)
	if err != nil {
		return nil, err
	}
	profile, err := r.LXD.Profile(ctx, scope(ctx), owner, name)
	if err != nil {
		return nil, err
	}
	return r.objectDeleted(ctx, profile, wait, dryRun, func(plan *lxd.ChangePlan) (*lxd.Operation, error) {
		return r.LXD.DeleteProfile(ctx, administrator(ctx), plan, owner, name)
	})
}

// unlessGone is an object that was read, or nil for one that is not there (yet, or any more).
func unlessGone[T any](object *T, err error) (*T, error) {
	if lxd.IsNotFound(err) {
		return nil, nil
	}
	return object, err
}

// objectDeleted deletes an object, or with dryRun tells what stands in the way.
func (r *Resolver) objectDeleted(ctx context.Context, object interface{ ID() string }, wait *int, dryRun bool, remove func(*lxd.ChangePlan) (*lxd.Operation, error)) (*work.DeletePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	plan := lxd.NewChangePlan(dryRun)
	operation, err := remove(plan)
	if err != nil || plan != nil {
		return &work.DeletePayload{Plan: plan}, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	id := object.ID()
	return &work.DeletePayload{DeletedID: &id, Operation: operation}, nil
}
