package resolvers

import (
	"context"
	"slices"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
)

// instances lists, chooses, and then reads what the page shows.
func (r *Resolver) instances(ctx context.Context, list lxd.InstanceList, args page.Args) (*page.InstanceConnection, error) {
	how := plan{choosing(args, list.Filter), showing(ctx, "nodes", "edges.node")}
	list.Detail = how.list()
	withoutParts(ctx, &list, how.choose)
	all, kept, err := r.keptInstances(ctx, list)
	if err != nil {
		return nil, err
	}
	args.Kept = kept
	found, err := page.Instances.List(all, args)
	if err != nil || how.show != lxd.DetailFull || how.choose == lxd.DetailFull || len(found.Edges) == 0 {
		return found, err
	}
	return found, r.showState(ctx, list, found, len(all))
}

// listInstances reads the list. A filter and the state never go together, so
// that where both are asked for the state comes one by one.
func (r *Resolver) listInstances(ctx context.Context, list lxd.InstanceList) ([]*lxd.Instance, error) {
	instances, err := load(ctx).from.Instances(ctx, scope(ctx), list)
	if err != nil || list.Detail != lxd.DetailFull || list.Filter == "" {
		return instances, err
	}
	states, errs := load(ctx).state.LoadMany(ctx, instances)()
	for n, instance := range instances {
		if len(errs) == 0 || errs[n] == nil {
			instance.State = states[n]
		}
	}
	return instances, nil
}

// showState puts instances with their state in the place of the page's. One
// that has vanished meanwhile is left out; one whose state cannot be read stays
// as it is, and its own fields say why.
func (r *Resolver) showState(ctx context.Context, list lxd.InstanceList, found *page.InstanceConnection, total int) error {
	shown, err := r.withState(ctx, list, found.Nodes(), total)
	if err != nil {
		return err
	}
	for n, edge := range found.Edges {
		edge.Node = shown[n]
	}
	found.Edges = slices.DeleteFunc(found.Edges, func(edge *page.InstanceEdge) bool { return edge.Node == nil })
	return nil
}

func (r *Resolver) withState(ctx context.Context, list lxd.InstanceList, wanted []*lxd.Instance, total int) ([]*lxd.Instance, error) {
	if list.Filter == "" && whole(total, len(wanted)) {
		return r.fromList(ctx, list, lxd.DetailFull, wanted)
	}
	keys := make([]key, len(wanted))
	for n, instance := range wanted {
		keys[n] = key{instance.Project, instance.Name}
	}
	shown, errs := load(ctx).full.LoadMany(ctx, keys)()
	for n := range errs {
		if errs[n] != nil && !lxd.IsNotFound(errs[n]) {
			return r.fromList(ctx, list, lxd.DetailObject, wanted)
		}
	}
	return shown, nil
}

// fromList finds the wanted instances in a list that is read again.
func (r *Resolver) fromList(ctx context.Context, list lxd.InstanceList, detail lxd.InstanceDetail, wanted []*lxd.Instance) ([]*lxd.Instance, error) {
	list.Detail = detail
	all, err := load(ctx).from.Instances(ctx, scope(ctx), list)
	if err != nil {
		return nil, err
	}
	known := make(map[key]*lxd.Instance, len(all))
	for _, instance := range all {
		known[key{instance.Project, instance.Name}] = instance
	}
	shown := make([]*lxd.Instance, len(wanted))
	for n, instance := range wanted {
		shown[n] = known[key{instance.Project, instance.Name}]
	}
	return shown, nil
}

// stateSums are the sums that need every instance's state.
var stateSums = []string{"memoryUsageBytes", "diskUsageBytes", "cpuUsageSeconds", "processes"}

func (r *Resolver) aggregate(ctx context.Context, list lxd.InstanceList, by []page.InstanceGroup, args page.Args) ([]*page.InstanceAggregate, error) {
	if len(by) > 6 {
		return nil, &lxd.InputError{Argument: "groupBy", Message: "there are 6 properties to group by: name each once"}
	}
	list.Detail = max(choosing(args, list.Filter), lxd.DetailObject)
	for _, name := range selected(ctx, "") {
		if slices.Contains(stateSums, name) {
			list.Detail = lxd.DetailFull
		}
	}
	instances, err := r.listInstances(ctx, list)
	if err != nil {
		return nil, err
	}
	return page.Aggregate(instances, by, args), nil
}
