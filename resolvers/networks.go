package resolvers

import (
	"context"
	"slices"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// networkOf is the network of a device, as the instance's project sees it.
func (r *Resolver) networkOf(ctx context.Context, nic *lxd.NicDevice) (*lxd.Network, error) {
	return only(r.networksOf(ctx, []*lxd.NicDevice{nic}))
}

// networksOf are those of many devices. Devices that see a network alike share it.
func (r *Resolver) networksOf(ctx context.Context, nics []*lxd.NicDevice) ([]*lxd.Network, []error) {
	ofAll(ctx, load(ctx).project, nics, func(nic *lxd.NicDevice) string { return nic.Owner().Project }) // at once, for what follows
	keys, errs := make([]key, len(nics)), make([]error, len(nics))
	var project, owner string
	var err error
	for n, nic := range nics {
		if n == 0 || nic.Owner().Project != project {
			project = nic.Owner().Project
			owner, err = effective(ctx, project, lxd.FeatureNetworks)
		}
		if errs[n] = err; owner == "" {
			continue
		}
		if in, name := nic.NetworkName(owner); name != "" {
			keys[n] = key{in, name}
		}
	}
	networks, failed := ofAll(ctx, load(ctx).network, keys, func(k key) key { return k })
	type sight struct {
		network *lxd.Network
		project string
	}
	seen := map[sight]*lxd.Network{}
	for n, network := range networks {
		if failed != nil && failed[n] != nil {
			networks[n], errs[n] = nil, failed[n]
			continue
		}
		if network == nil {
			continue
		}
		by := sight{network, nics[n].Owner().Project}
		if seen[by] == nil {
			seen[by] = network.ReachedFrom(by.project)
		}
		networks[n] = seen[by]
	}
	return networks, errs
}

// onNetwork reports whether instances have a device on a network.
func onNetwork(ctx context.Context, network *lxd.Network) (func(*lxd.Instance) bool, error) {
	owners, err := owners(ctx, lxd.FeatureNetworks)
	return func(instance *lxd.Instance) bool {
		return instance.IsOn(network.Key(), owners[instance.Project])
	}, err
}

// askedLeases names the leases of a network that a project is shown.
type askedLeases struct {
	network lxd.NetworkKey
	project string
}

// leases are null where LXD cannot tell: it looks for the network among those of
// the project that asks, and one that owns its networks shows no others, although
// its instances may hang on a bridge of default's (seen on 5.0.2).
func (r *Resolver) leases(ctx context.Context, network *lxd.Network, project *string) ([]*lxd.Lease, error) {
	asking := network.Asking()
	if project != nil {
		asking = *project
	}
	if asking != network.Project && network.Managed {
		owner, err := effective(ctx, asking, lxd.FeatureNetworks)
		if err != nil || owner != "" && owner != network.Project {
			return nil, err
		}
	}
	return load(ctx).leases.Load(ctx, askedLeases{network.Key(), asking})()
}

// instanceOfLease is the instance of the lease's project with its MAC address,
// which may be set for several that are on different networks: LXD's host name
// of a lease is the instance's name.
func instanceOfLease(ctx context.Context, lease *lxd.Lease) (*lxd.Instance, error) {
	if lease.Hwaddr == "" {
		return nil, nil
	}
	instances, err := load(ctx).allInstances(ctx)
	var found *lxd.Instance
	for _, instance := range instances {
		if instance.Project != lease.Project || !slices.Contains(instance.Hwaddrs(), strings.ToLower(lease.Hwaddr)) {
			continue
		}
		if found == nil || instance.Name == lease.Hostname {
			found = instance
		}
	}
	return found, err
}

// many are the objects of a project with these names, as far as there are any
// that the caller may see.
func many[V any](ctx context.Context, loader loading[key, *V], project string, names []string) ([]*V, error) {
	keys := make([]key, len(names))
	for n, name := range names {
		keys[n] = key{project, name}
	}
	found, errs := loader.LoadMany(ctx, keys)()
	objects := make([]*V, 0, len(found))
	for n, object := range found {
		if errs != nil && errs[n] != nil {
			return nil, errs[n]
		}
		if object != nil {
			objects = append(objects, object)
		}
	}
	return objects, nil
}

func zonesOf(ctx context.Context, network *lxd.Network) ([]*lxd.NetworkZone, error) {
	owner, err := effective(ctx, network.Project, lxd.FeatureNetworkZones)
	if err != nil || owner == "" {
		return nil, err
	}
	return many(ctx, load(ctx).zone, owner, network.ZoneNames())
}
