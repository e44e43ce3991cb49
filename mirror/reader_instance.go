package mirror

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// Instances are the client's. With their state, or chosen by an expression of
// LXD's, they come from LXD.
func (r *Reader) Instances(ctx context.Context, as lxd.Scope, list lxd.InstanceList) ([]*lxd.Instance, error) {
	if list.Detail == lxd.DetailFull || list.Filter != "" || list.Type == lxd.TypeUnknown || r.View() == nil || !list.AllProjects && !r.Lists(list.Project) {
		return r.ask(listKey(Instances, list.Project, list.AllProjects)).Instances(ctx, as, list)
	}
	instances := everywhere[lxd.Instance](r, as, Instances)
	if !list.AllProjects {
		var err error
		if instances, err = listing[lxd.Instance](r, as, Instances, orDefault(list.Project)); err != nil {
			return nil, err
		}
	}
	if list.Type == "" {
		return instances, nil
	}
	chosen := instances[:0]
	for _, instance := range instances {
		if instance.Type == list.Type {
			chosen = append(chosen, instance)
		}
	}
	return chosen, nil
}

// InstanceObject is the client's.
func (r *Reader) InstanceObject(ctx context.Context, as lxd.Scope, project, name string) (*lxd.Instance, error) {
	key := Key{Instances, orDefault(project), name}
	if !r.holds(key) {
		return r.ask(key).InstanceObject(ctx, as, project, name)
	}
	return object[lxd.Instance](r, as, key, "Instance")
}

// InstanceSnapshots are the client's, without their sizes.
func (r *Reader) InstanceSnapshots(ctx context.Context, as lxd.Scope, instance *lxd.Instance) ([]*lxd.InstanceSnapshot, error) {
	if r.View() == nil {
		return r.ask(Key{Snapshots, instance.Project, instance.Name}).InstanceSnapshots(ctx, as, instance)
	}
	if !as.Allows(instance.Project, false) {
		return nil, lxd.NotFound("Instance")
	}
	entry := r.entry(Key{Snapshots, instance.Project, instance.Name})
	if entry == nil {
		return []*lxd.InstanceSnapshot{}, nil
	}
	return entry.Object.([]*lxd.InstanceSnapshot), nil
}
