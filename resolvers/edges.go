package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// effective is the project whose objects of a kind an instance uses.
func effective(ctx context.Context, project string, feature lxd.Feature) (string, error) {
	found, err := load(ctx).project.Load(ctx, project)()
	if err == nil && found == nil { // it may have come to be a moment ago
		found, err = load(ctx).from.Project(ctx, scope(ctx), project)
	}
	if lxd.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return found.Effective(feature), nil
}

func (r *Resolver) profilesOf(ctx context.Context, instance *lxd.Instance) ([]*lxd.Profile, error) {
	return profilesNamed(ctx, instance.Project, instance.Profiles)
}

// profilesNamed are the profiles that an object of a project names, in the
// same order, without those that are gone or hidden.
func profilesNamed(ctx context.Context, of string, names []string) ([]*lxd.Profile, error) {
	return only(profilesOfAll(ctx, []string{of}, func(string) (string, []string) { return of, names }))
}

// only is the one answer of a join for one object.
func only[V any](values []V, errs []error) (V, error) {
	if errs != nil && errs[0] != nil {
		var none V
		return none, errs[0]
	}
	return values[0], nil
}

func (r *Resolver) imageOf(ctx context.Context, instance *lxd.Instance) (*lxd.Image, error) {
	return only(r.imagesOf(ctx, []*lxd.Instance{instance}))
}

// stateOf is what the list brought along, or a read of its own.
func stateOf(ctx context.Context, instance *lxd.Instance) (*lxd.InstanceState, error) {
	if instance.State != nil {
		return instance.State, nil
	}
	return load(ctx).state.Load(ctx, instance)()
}

func addressesOf(ctx context.Context, instance *lxd.Instance, family string) ([]string, error) {
	state, err := stateOf(ctx, instance)
	if err != nil {
		return nil, err
	}
	return state.GlobalAddresses(family), nil
}

// snapshotsOf is what the list brought along, or what is in memory. LXD is asked
// for the names in its lists of volumes first, and for more only where there is
// a snapshot and more is asked for.
func snapshotsOf(ctx context.Context, instance *lxd.Instance) ([]*lxd.InstanceSnapshot, error) {
	from := load(ctx).from
	switch pool := instance.RootPool(); {
	case instance.Full() && instance.Snapshots == nil:
		return []*lxd.InstanceSnapshot{}, nil
	case instance.Full():
		return instance.Snapshots, nil
	case from.View() != nil:
		return from.InstanceSnapshots(ctx, scope(ctx), instance)
	case instance.Unreachable(): // as in LXD's own full list (seen on 5.0.2)
		return []*lxd.InstanceSnapshot{}, nil
	case pool != "":
		names, err := load(ctx).snapshotNames.Load(ctx, key{instance.Project, pool})()
		if err != nil || onlyNames(ctx, "") || len(names[instance.Name]) == 0 {
			return instance.NamedSnapshots(names[instance.Name]), err
		}
	}
	return load(ctx).snapshots.Load(ctx, instance)()
}
