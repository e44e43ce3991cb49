package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) createProject(ctx context.Context, input *lxd.CreateProjectInput, wait *int, key *string) (*work.ProjectPayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := r.once(ctx, key, "createProject", input, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.CreateProject(ctx, administrator(ctx), input, r.Auth.ProjectMade)
	})
	return r.projectChanged(ctx, input.Name, operation, wait, err)
}

func (r *Resolver) updateProject(ctx context.Context, name string, ifMatch *string, input *lxd.UpdateProjectInput, wait *int) (*work.ProjectPayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := r.Work.Alone(ctx, "project "+name, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.UpdateProject(ctx, administrator(ctx), name, ifMatch, input)
	})
	return r.projectChanged(ctx, name, operation, nil, err)
}

func (r *Resolver) renameProject(ctx context.Context, name, newName string, wait *int) (*work.ProjectPayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := r.LXD.RenameProject(ctx, administrator(ctx), name, newName, r.Auth.ProjectMade)
	return r.projectChanged(ctx, newName, operation, wait, err)
}

// projectChanged waits as the mutation was told to, and reads the project after it.
func (r *Resolver) projectChanged(ctx context.Context, name string, operation *lxd.Operation, wait *int, err error) (*work.ProjectPayload, error) {
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	project, err := unlessGone(r.LXD.Project(ctx, scope(ctx), name))
	return &work.ProjectPayload{Project: project, Operation: operation}, err
}

func (r *Resolver) deleteProject(ctx context.Context, name string, force bool, wait *int) (*work.DeletePayload, error) {
	project, err := r.LXD.Project(ctx, scope(ctx), name)
	if err != nil {
		return nil, err
	}
	return r.objectDeleted(ctx, project, wait, false, func(*lxd.ChangePlan) (*lxd.Operation, error) {
		return r.Work.DeleteProject(ctx, administrator(ctx), name, force)
	})
}
