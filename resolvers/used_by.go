package resolvers

import (
	"context"
	"slices"
	"sync"

	"github.com/lxdql/lxdql/lxd"
)

// featureOf is what decides whose objects of a kind a project uses; kinds that
// are not here are always the project's own, or the server's.
var featureOf = map[string]lxd.Feature{
	"Profile": lxd.FeatureProfiles, "Image": lxd.FeatureImages, "ImageAlias": lxd.FeatureImages,
	"Network": lxd.FeatureNetworks, "NetworkAcl": lxd.FeatureNetworks, "NetworkForward": lxd.FeatureNetworks,
	"NetworkPeer": lxd.FeatureNetworks, "NetworkLoadBalancer": lxd.FeatureNetworks,
	"NetworkZone": lxd.FeatureNetworkZones, "NetworkZoneRecord": lxd.FeatureNetworkZones,
	"StorageBucket": lxd.FeatureStorageBuckets,
}

// featureOfID is what decides whose object of an id a project uses.
func featureOfID(id lxd.ID) lxd.Feature {
	if lxd.IsCustomVolume(id) {
		return lxd.FeatureStorageVolumes
	}
	return featureOf[id.Kind]
}

// usedBy are the objects of LXD's URLs, found side by side so that loaders can
// gather. What is gone, hidden or of no kind of the graph is left out.
func (r *Resolver) usedBy(ctx context.Context, addresses []string) ([]lxd.Node, error) {
	nodes, errs := make([]lxd.Node, len(addresses)), make([]error, len(addresses))
	var finding sync.WaitGroup
	for n, address := range addresses {
		finding.Go(func() { nodes[n], errs[n] = r.referenced(ctx, address) })
	}
	finding.Wait()
	found := make([]lxd.Node, 0, len(nodes))
	for n, node := range nodes {
		if errs[n] != nil {
			return nil, errs[n]
		}
		if node != nil {
			found = append(found, node)
		}
	}
	return found, nil
}

// referenced is the object of a URL of LXD's; nil where there is none to show.
func (r *Resolver) referenced(ctx context.Context, address string) (lxd.Node, error) {
	id, ok := r.LXD.Reference(address)
	if !ok {
		return nil, nil
	}
	if feature := featureOfID(id); feature != lxd.FeatureNone {
		owner, err := effective(ctx, id.Project, feature)
		if err != nil || owner == "" {
			return nil, err
		}
		id.Project = owner
	}
	node, err := r.find(ctx, id)
	if lxd.IsNotFound(err) {
		return nil, nil
	}
	return node, err
}

// usesProfile reports whether instances are of a profile. The projects say
// whose profiles they use.
func usesProfile(ctx context.Context, profile *lxd.Profile) (func(*lxd.Instance) bool, error) {
	owners, err := owners(ctx, lxd.FeatureProfiles)
	return func(instance *lxd.Instance) bool {
		return owners[instance.Project] == profile.Project && slices.Contains(instance.Profiles, profile.Name)
	}, err
}

// owners are the projects whose objects of a kind each project uses.
func owners(ctx context.Context, feature lxd.Feature) (map[string]string, error) {
	projects, err := load(ctx).allProjects(ctx)
	owners := make(map[string]string, len(projects))
	for _, project := range projects {
		owners[project.Name] = project.Effective(feature)
	}
	return owners, err
}
