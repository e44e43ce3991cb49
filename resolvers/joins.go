package resolvers

import (
	"context"

	compiled "github.com/lxdql/lxdql/graph/plan" // plan is what a list is read for (plan.go)
	"github.com/lxdql/lxdql/lxd"
)

// Joins are the fields that are answered for all objects of a level at once,
// when a plan asks: through the same loaders that gqlgen's resolvers ask for one
// object after the other, each key once.
func (r *Resolver) Joins() map[string]compiled.Join {
	return map[string]compiled.Join{
		"Instance.project": projects(func(i *lxd.Instance) string { return i.Project }),
		"Instance.profiles": compiled.Joined(func(ctx context.Context, instances []*lxd.Instance) ([][]*lxd.Profile, []error) {
			return profilesOfAll(ctx, instances, func(i *lxd.Instance) (string, []string) { return i.Project, i.Profiles })
		}),
		"Instance.image":           compiled.Joined(r.imagesOf),
		"Instance.state":           compiled.Joined(statesOf),
		"InstanceSnapshot.project": projects(func(s *lxd.InstanceSnapshot) string { return s.Instance().Project }),
		"InstanceSnapshot.profiles": compiled.Joined(func(ctx context.Context, snapshots []*lxd.InstanceSnapshot) ([][]*lxd.Profile, []error) {
			return profilesOfAll(ctx, snapshots, func(s *lxd.InstanceSnapshot) (string, []string) { return s.Instance().Project, s.ProfileNames })
		}),
		"Profile.project":       projects(func(p *lxd.Profile) string { return p.Project }),
		"Image.project":         projects(func(i *lxd.Image) string { return i.Project }),
		"Network.project":       projects(func(n *lxd.Network) string { return n.Project }),
		"Lease.project":         projects(func(l *lxd.Lease) string { return l.Project }),
		"StorageVolume.project": projects(func(v *lxd.StorageVolume) string { return v.Project }),
		"StorageVolume.pool": compiled.Joined(func(ctx context.Context, volumes []*lxd.StorageVolume) ([]*lxd.StoragePool, []error) {
			return ofAll(ctx, load(ctx).pool, volumes, func(v *lxd.StorageVolume) string { return v.Pool })
		}),
		"DiskDevice.pool": compiled.Joined(func(ctx context.Context, disks []*lxd.DiskDevice) ([]*lxd.StoragePool, []error) {
			return ofAll(ctx, load(ctx).pool, disks, (*lxd.DiskDevice).PoolName)
		}),
		"DiskDevice.volume": compiled.Joined(r.volumesOfDisks),
		"NicDevice.network": compiled.Joined(r.networksOf),
	}
}

// projects joins objects with their projects.
func projects[P any](of func(P) string) compiled.Join {
	return compiled.Joined(func(ctx context.Context, parents []P) ([]*lxd.Project, []error) {
		return ofAll(ctx, load(ctx).project, parents, of)
	})
}

// ofAll loads what many objects refer to; the zero key is nothing.
func ofAll[P, V any, K comparable](ctx context.Context, loader loading[K, V], parents []P, of func(P) K) ([]V, []error) {
	var none K
	at := make(map[K]int)
	var keys []K
	places := make([]int, len(parents))
	for n, parent := range parents {
		key := of(parent)
		place, seen := at[key]
		switch {
		case key == none:
			place = -1
		case !seen:
			place = len(keys)
			at[key] = place
			keys = append(keys, key)
		}
		places[n] = place
	}
	values := make([]V, len(parents))
	if len(keys) == 0 {
		return values, nil
	}
	found, errs := loader.LoadMany(ctx, keys)()
	var spread []error
	if errs != nil {
		spread = make([]error, len(parents))
	}
	for n, place := range places {
		if place < 0 {
			continue
		}
		if values[n] = found[place]; errs != nil {
			spread[n] = errs[place]
		}
	}
	return values, spread
}

// profilesOfAll are the profiles that many objects of projects name.
func profilesOfAll[P any](ctx context.Context, parents []P, of func(P) (project string, names []string)) ([][]*lxd.Profile, []error) {
	owners, errs := ofAll(ctx, load(ctx).project, parents, func(parent P) string { project, _ := of(parent); return project })
	values := make([][]*lxd.Profile, len(parents))
	var keys []key
	for n, parent := range parents {
		if _, names := of(parent); owners[n] != nil {
			for _, name := range names {
				keys = append(keys, key{owners[n].Effective(lxd.FeatureProfiles), name})
			}
		}
	}
	found, failed := ofAll(ctx, load(ctx).profile, keys, func(k key) key { return k })
	if failed != nil && errs == nil {
		errs = make([]error, len(parents))
	}
	next := 0
	for n, parent := range parents {
		_, names := of(parent)
		if owners[n] == nil {
			continue
		}
		values[n] = make([]*lxd.Profile, 0, len(names))
		for range names {
			if failed != nil && failed[next] != nil && errs[n] == nil {
				errs[n] = failed[next]
			}
			if found[next] != nil {
				values[n] = append(values[n], found[next])
			}
			next++
		}
	}
	return values, errs
}

// imagesOf are the images that instances were made of.
func (r *Resolver) imagesOf(ctx context.Context, instances []*lxd.Instance) ([]*lxd.Image, []error) {
	owners, errs := ofAll(ctx, load(ctx).project, instances, func(i *lxd.Instance) string {
		if i.ImageFingerprint() == "" {
			return ""
		}
		return i.Project
	})
	keys := make([]key, len(instances))
	for n, instance := range instances {
		if owners[n] != nil {
			keys[n] = key{owners[n].Effective(lxd.FeatureImages), instance.ImageFingerprint()}
		}
	}
	images, failed := ofAll(ctx, load(ctx).image, keys, func(k key) key { return k })
	for n := range errs {
		if failed == nil {
			return images, errs
		}
		if failed[n] == nil {
			failed[n] = errs[n]
		}
	}
	return images, failed
}

// statesOf are what the list brought along, and what has to be read.
func statesOf(ctx context.Context, instances []*lxd.Instance) ([]*lxd.InstanceState, []error) {
	states, errs := ofAll(ctx, load(ctx).state, instances, func(i *lxd.Instance) *lxd.Instance {
		if i.State != nil {
			return nil
		}
		return i
	})
	for n, instance := range instances {
		if instance.State != nil {
			states[n] = instance.State
		}
	}
	return states, errs
}

// Direct are the resolvers that wait for nothing: what they need is in the object.
func Direct() []string {
	return []string{
		"Instance.config", "Instance.expandedConfig", "Instance.hiddenConfigKeys", "Instance.devices", "Instance.availableActions",
		"InstanceSnapshot.config", "InstanceSnapshot.expandedConfig", "InstanceSnapshot.hiddenConfigKeys", "InstanceSnapshot.devices", "InstanceSnapshot.availableActions",
		"Profile.config", "Profile.hiddenConfigKeys", "Profile.devices", "Project.config", "Project.hiddenConfigKeys",
		"StoragePool.config", "StoragePool.hiddenConfigKeys", "StorageVolume.config", "StorageVolume.hiddenConfigKeys",
		"Network.config", "Network.hiddenConfigKeys",
	}
}

// Held says of fields when they wait for nothing: when all that they need is in
// memory.
func Held() map[string]func(ctx context.Context, object any) bool {
	inMemory := func(ctx context.Context, _ any) bool { return load(ctx).from.View() != nil }
	held := map[string]func(ctx context.Context, object any) bool{}
	for _, name := range []string{
		"Instance.snapshots", "Network.acls", "Image.profiles",
		"Image.instances", "Network.instances", "Profile.instances", "Project.instances", "StoragePool.instances",
	} {
		held[name] = inMemory
	}
	return held
}
