package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
)

func (r *instanceResolver) Project(ctx context.Context, obj *lxd.Instance) (*lxd.Project, error) {
	return load(ctx).project.Load(ctx, obj.Project)()
}

func (r *instanceResolver) Config(ctx context.Context, obj *lxd.Instance, prefix *string) (lxd.StringMap, error) {
	return obj.Config.Visible(value(prefix), lxd.SeesSecrets(scope(ctx), obj.Project)), nil
}

func (r *instanceResolver) ExpandedConfig(ctx context.Context, obj *lxd.Instance, prefix *string) (lxd.StringMap, error) {
	return obj.ExpandedConfig.Visible(value(prefix), lxd.SeesSecrets(scope(ctx), obj.Project)), nil
}

func (r *instanceResolver) HiddenConfigKeys(ctx context.Context, obj *lxd.Instance) ([]string, error) {
	return obj.ExpandedConfig.Hidden(lxd.SeesSecrets(scope(ctx), obj.Project)), nil
}

func (r *instanceResolver) Profiles(ctx context.Context, obj *lxd.Instance) ([]*lxd.Profile, error) {
	return r.profilesOf(ctx, obj)
}

func (r *instanceResolver) Image(ctx context.Context, obj *lxd.Instance) (*lxd.Image, error) {
	return r.imageOf(ctx, obj)
}

func (r *instanceResolver) State(ctx context.Context, obj *lxd.Instance) (*lxd.InstanceState, error) {
	return stateOf(ctx, obj)
}

func (r *instanceResolver) Ipv4(ctx context.Context, obj *lxd.Instance) ([]string, error) {
	return addressesOf(ctx, obj, "inet")
}

func (r *instanceResolver) Ipv6(ctx context.Context, obj *lxd.Instance) ([]string, error) {
	return addressesOf(ctx, obj, "inet6")
}

func (r *instanceResolver) Snapshots(ctx context.Context, obj *lxd.Instance) ([]*lxd.InstanceSnapshot, error) {
	return snapshotsOf(ctx, obj)
}

func (r *queryResolver) Instances(ctx context.Context, project *string, allProjects *bool, typeArg *lxd.InstanceType, orderBy *page.InstanceOrder, first *int, after *string, last *int, before *string) (*page.Connection[*lxd.Instance], error) {
	list := lxd.InstanceList{Project: value(project), AllProjects: value(allProjects), Type: value(typeArg), Detail: detailOf(ctx, orderBy)}
	instances, err := r.LXD.Instances(ctx, scope(ctx), list)
	if err != nil {
		return nil, err
	}
	return page.Instances(instances, orderBy, page.Args{First: first, Last: last, After: after, Before: before})
}

func (r *queryResolver) Instance(ctx context.Context, name string, project *string) (*lxd.Instance, error) {
	if needsFull(ctx, "") {
		return r.LXD.Instance(ctx, scope(ctx), value(project), name)
	}
	return r.LXD.InstanceObject(ctx, scope(ctx), value(project), name)
}

func (r *Resolver) Instance() graph.InstanceResolver { return &instanceResolver{r} }

type instanceResolver struct{ *Resolver }
