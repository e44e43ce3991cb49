package mirror

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// Kind is a kind of object that is held.
type Kind uint8

// The kinds.
const (
	Projects Kind = iota
	Instances
	// Snapshots are those of one instance together, under its name.
	Snapshots
	Profiles
	StoragePools
	// Volumes are custom ones: those of instances go with them.
	Volumes
	Networks
	NetworkAcls
	Images
	ImageAliases
	kinds
)

// String is the kind's word in metrics.
func (k Kind) String() string { return sources[k].word }

// Key names an object: an image by its fingerprint, a volume by its path.
type Key struct {
	Kind Kind
	// Project is the effective project; "" for what belongs to the server.
	Project, Name string
}

// source is how a kind is read.
type source struct {
	word string
	// list reads those of a project, or with "" all there are.
	list func(ctx context.Context, c *lxd.Client, project string) ([]any, error)
	read func(ctx context.Context, c *lxd.Client, key Key) (any, error)
	// name is an object's project and name.
	name func(object any) (project, name string)
	// feature decides whose objects a project uses.
	feature lxd.Feature
	// alone is of what is never listed to read several.
	alone bool
}

// everybody is the scope of the mirror's own reads.
var everybody = lxd.System

var sources = [kinds]source{
	Projects: of("projects", lxd.FeatureNone,
		func(ctx context.Context, c *lxd.Client, _ string) ([]*lxd.Project, error) {
			return c.Projects(ctx, everybody)
		},
		func(ctx context.Context, c *lxd.Client, k Key) (*lxd.Project, error) {
			return c.Project(ctx, everybody, k.Name)
		},
		func(p *lxd.Project) (string, string) { return "", p.Name }),
	Instances: of("instances", lxd.FeatureNone,
		func(ctx context.Context, c *lxd.Client, project string) ([]*lxd.Instance, error) {
			return c.Instances(ctx, everybody, lxd.InstanceList{Project: project, AllProjects: project == "", Entitlements: true})
		},
		func(ctx context.Context, c *lxd.Client, k Key) (*lxd.Instance, error) {
			return c.InstanceObject(ctx, everybody, k.Project, k.Name)
		},
		func(i *lxd.Instance) (string, string) { return i.Project, i.Name }),
	Snapshots: {word: "snapshots", alone: true, read: func(ctx context.Context, c *lxd.Client, k Key) (any, error) {
		snapshots, err := c.InstanceSnapshots(ctx, everybody, &lxd.Instance{Project: k.Project, Name: k.Name})
		if err != nil || len(snapshots) == 0 {
			return nil, err
		}
		return snapshots, nil
	}},
	Profiles: of("profiles", lxd.FeatureProfiles, either((*lxd.Client).Profiles, (*lxd.Client).AllProfiles), one((*lxd.Client).Profile),
		func(p *lxd.Profile) (string, string) { return p.Project, p.Name }),
	StoragePools: of("pools", lxd.FeatureNone,
		func(ctx context.Context, c *lxd.Client, _ string) ([]*lxd.StoragePool, error) {
			return c.StoragePools(ctx)
		},
		func(ctx context.Context, c *lxd.Client, k Key) (*lxd.StoragePool, error) {
			return c.StoragePool(ctx, k.Name)
		},
		func(p *lxd.StoragePool) (string, string) { return "", p.Name }),
	Volumes: of("volumes", lxd.FeatureStorageVolumes,
		func(ctx context.Context, c *lxd.Client, project string) ([]*lxd.StorageVolume, error) {
			return c.StorageVolumes(ctx, everybody, lxd.VolumeList{Project: project, AllProjects: project == "", Type: lxd.VolumeCustom})
		}, readVolume,
		func(v *lxd.StorageVolume) (string, string) { return v.Project, v.Path() }),
	Networks: of("networks", lxd.FeatureNetworks, either((*lxd.Client).Networks, (*lxd.Client).AllNetworks), one((*lxd.Client).Network),
		func(n *lxd.Network) (string, string) { return n.Project, n.Name }),
	NetworkAcls: of("acls", lxd.FeatureNetworks, either((*lxd.Client).NetworkAcls, (*lxd.Client).AllNetworkAcls), one((*lxd.Client).NetworkAcl),
		func(a *lxd.NetworkAcl) (string, string) { return a.Project, a.Name }),
	Images: of("images", lxd.FeatureImages, either((*lxd.Client).Images, (*lxd.Client).AllImages), one((*lxd.Client).Image),
		func(i *lxd.Image) (string, string) { return i.Project, i.Fingerprint }),
	ImageAliases: of("aliases", lxd.FeatureImages, either((*lxd.Client).ImageAliases, (*lxd.Client).AllImageAliases), one((*lxd.Client).ImageAlias),
		func(a *lxd.ImageAlias) (string, string) { return a.Project, a.Name }),
}

// readVolume reads a volume with the names of its snapshots, as its list has them.
func readVolume(ctx context.Context, c *lxd.Client, k Key) (*lxd.StorageVolume, error) {
	volume, err := c.VolumeOf(ctx, lxd.System, k.Project, k.Name)
	if err != nil {
		return nil, err
	}
	snapshots, err := c.StorageVolumeSnapshots(ctx, lxd.System, volume)
	return volume.With(snapshots, volume.Users), err
}

func of[T any](word string, feature lxd.Feature, list func(context.Context, *lxd.Client, string) ([]*T, error), read func(context.Context, *lxd.Client, Key) (*T, error), name func(*T) (string, string)) source {
	return source{
		word: word, feature: feature,
		list: func(ctx context.Context, c *lxd.Client, project string) ([]any, error) {
			objects, err := list(ctx, c, project)
			all := make([]any, len(objects))
			for n, object := range objects {
				all[n] = object
			}
			return all, err
		},
		read: func(ctx context.Context, c *lxd.Client, key Key) (any, error) {
			object, err := read(ctx, c, key)
			if err != nil {
				return nil, err // and no pointer that is nil inside
			}
			return object, nil
		},
		name: func(object any) (string, string) { return name(object.(*T)) },
	}
}

// either is the list of one project or of all.
func either[T any](in func(*lxd.Client, context.Context, lxd.Scope, string) ([]*T, error), every func(*lxd.Client, context.Context, lxd.Scope) ([]*T, error)) func(context.Context, *lxd.Client, string) ([]*T, error) {
	return func(ctx context.Context, c *lxd.Client, project string) ([]*T, error) {
		if project == "" {
			return every(c, ctx, lxd.System)
		}
		return in(c, ctx, lxd.System, project)
	}
}

func one[T any](read func(*lxd.Client, context.Context, lxd.Scope, string, string) (*T, error)) func(context.Context, *lxd.Client, Key) (*T, error) {
	return func(ctx context.Context, c *lxd.Client, k Key) (*T, error) {
		return read(c, ctx, lxd.System, k.Project, k.Name)
	}
}
