package resolvers

import (
	"context"
	"fmt"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
)

// keptInstances are the instances of a list, and what keeps them in order. In
// memory both are kept for all who have the same rights, until an instance
// changes: a page then takes what is on it, and not what it is cut from.
func (r *Resolver) keptInstances(ctx context.Context, list lxd.InstanceList) ([]*lxd.Instance, func(string, func() any) any, error) {
	from := load(ctx).from
	rights, _ := auth.From(ctx).Rights()
	if from.View() == nil || rights == "" || !list.AllProjects && !from.Lists(list.Project) || list.Detail == lxd.DetailFull || list.Filter != "" || list.Type == lxd.TypeUnknown {
		all, err := r.listInstances(ctx, list)
		return all, nil, err
	}
	name := fmt.Sprintf("%t\n%q\n%s\n%s\n", list.AllProjects, list.Project, list.Type, rights)
	keep := func(order string, sort func() any) any { return from.Kept(mirror.Instances, name+order, sort) }
	if !list.AllProjects { // that there is the project is not said by instances
		all, err := r.listInstances(ctx, list)
		return all, keep, err
	}
	all := from.Kept(mirror.Instances, name, func() any {
		all, _ := r.listInstances(ctx, list) // out of the view, which is whole
		return all
	}).([]*lxd.Instance)
	return all, keep, nil
}
