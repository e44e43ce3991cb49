package resolvers

import (
	"context"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"

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
// gather. What is gone, hidden or of no kind of the graph is left out. LXD names
// an instance as often as it has devices on a network.
func (r *Resolver) usedBy(ctx context.Context, addresses []string) ([]lxd.Node, error) {
	addresses = unrepeated(addresses)
	nodes, errs := make([]lxd.Node, len(addresses)), make([]error, len(addresses))
	var finding sync.WaitGroup
	for n, address := range addresses {
		if find := func() { nodes[n], errs[n] = r.referenced(ctx, address) }; r.atHand(ctx, address) {
			find()
		} else {
			finding.Go(find)
		}
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

// unrepeated are texts in their order, each once.
func unrepeated(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool {
		again := seen[text]
		seen[text] = true
		return again
	})
}

// atHand reports whether the object of a URL is found without waiting.
func (r *Resolver) atHand(ctx context.Context, address string) bool {
	if load(ctx).from.View() == nil {
		return false
	}
	id, _ := r.LXD.Reference(address)
	return id.Kind == "Instance" || id.Kind == "Profile" || id.Kind == "Project" || id.Kind == "Network" || id.Kind == "NetworkAcl"
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
	node, err := r.shown(ctx, id)
	if lxd.IsNotFound(err) {
		return nil, nil
	}
	return node, err
}

// shown is the object that LXD names. That a snapshot is there LXD has said
// already: it is read only where more than its name is selected, because LXD
// lists the snapshots of each instance and volume on their own.
func (r *Resolver) shown(ctx context.Context, id lxd.ID) (lxd.Node, error) {
	parent, name := parentOf(id.Name)
	switch {
	case !onlyNamesOn(ctx, id.Kind):
		return r.find(ctx, id)
	case id.Kind == "InstanceSnapshot":
		instance, err := load(ctx).instance.Load(ctx, key{id.Project, parent})()
		if err != nil || instance == nil {
			return nil, err
		}
		return instance.NamedSnapshots([]string{name})[0], nil
	case id.Kind == "StorageVolumeSnapshot":
		volume, err := load(ctx).volume.Load(ctx, key{id.Project, parent})()
		if err != nil || volume == nil {
			return nil, err
		}
		return volume.NamedSnapshot(name), nil
	}
	return r.find(ctx, id)
}

// onlyNamesOn reports whether of the objects of one type, in a list of several
// types, nothing but the names is selected.
func onlyNamesOn(ctx context.Context, kind string) bool {
	for _, field := range graphql.CollectFieldsCtx(ctx, []string{kind, "Node"}) {
		if field.Name != "name" && field.Name != "id" && field.Name != "__typename" {
			return false
		}
	}
	return true
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
