package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
)

// listed are the objects of a root list: those of one project, which may be
// another project's (see [lxd.Project.Effective]), or those of all.
func listed[T any](ctx context.Context, project *string, all *bool, feature lxd.Feature,
	one func(context.Context, lxd.Scope, string) ([]T, error), every func(context.Context, lxd.Scope) ([]T, error),
) ([]T, error) {
	if value(all) {
		return every(ctx, scope(ctx))
	}
	owner, err := owner(ctx, project, feature)
	if err != nil {
		return nil, err
	}
	return one(ctx, scope(ctx), owner)
}

// owner is the project that owns what a project shows of a kind; null is
// default. One that does not exist, or is hidden, is NOT_FOUND.
func owner(ctx context.Context, project *string, feature lxd.Feature) (string, error) {
	name := value(project)
	if name == "" || name == "default" {
		return "default", nil
	}
	found, err := effective(ctx, name, feature)
	if err == nil && found == "" {
		err = lxd.NotFound("Project")
	}
	return found, err
}

// instancesOf is a page of the instances, of all projects that the caller may
// see, that match. However many objects of a response ask, LXD is asked once.
func (r *Resolver) instancesOf(ctx context.Context, matches func(*lxd.Instance) bool, args page.Args) (*page.InstanceConnection, error) {
	all, err := load(ctx).allInstances(ctx)
	if err != nil {
		return nil, err
	}
	matching := make([]*lxd.Instance, 0, len(all))
	for _, instance := range all {
		if matches(instance) {
			matching = append(matching, instance)
		}
	}
	return page.Instances.List(matching, args)
}

// paging are the arguments of a list inside an object.
func paging(ctx context.Context, first *int, after *string, last *int, before *string) page.Args {
	return page.Args{First: first, After: after, Last: last, Before: before, Caller: scope(ctx), AsOf: load(ctx).from.AsOf()}
}
