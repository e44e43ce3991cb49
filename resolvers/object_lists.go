package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// listing lists what a subscription follows.
type listing = func(ctx context.Context) ([]*lxd.ObjectChange, error)

func (r *Resolver) watchedVolumes(project *string, all *bool, pool *string) listing {
	return func(ctx context.Context) ([]*lxd.ObjectChange, error) {
		volumes, err := r.storageVolumes(ctx, lxd.VolumeList{Project: value(project), AllProjects: value(all), Pool: value(pool), Type: lxd.VolumeCustom})
		return told(volumes, err, func(v *lxd.StorageVolume) string { return v.Name }, func(v *lxd.StorageVolume) string { return v.Project }, func(v *lxd.StorageVolume) string { return v.Pool })
	}
}

func (r *Resolver) watchedNetworks(project *string, all *bool) listing {
	return func(ctx context.Context) ([]*lxd.ObjectChange, error) {
		networks, err := listed(ctx, project, all, lxd.FeatureNetworks, load(ctx).from.Networks, load(ctx).from.AllNetworks)
		managed := make([]*lxd.Network, 0, len(networks))
		for _, network := range networks {
			if network.Managed { // LXD tells of no others
				managed = append(managed, network)
			}
		}
		return told(managed, err, func(n *lxd.Network) string { return n.Name }, func(n *lxd.Network) string { return n.Project }, none[*lxd.Network])
	}
}

func (r *Resolver) watchedImages(project *string, all *bool) listing {
	return func(ctx context.Context) ([]*lxd.ObjectChange, error) {
		images, err := listed(ctx, project, all, lxd.FeatureImages, load(ctx).from.Images, load(ctx).from.AllImages)
		return told(images, err, func(i *lxd.Image) string { return i.Fingerprint }, func(i *lxd.Image) string { return i.Project }, none[*lxd.Image])
	}
}

func (r *Resolver) watchedProfiles(project *string, all *bool) listing {
	return func(ctx context.Context) ([]*lxd.ObjectChange, error) {
		profiles, err := listed(ctx, project, all, lxd.FeatureProfiles, load(ctx).from.Profiles, load(ctx).from.AllProfiles)
		return told(profiles, err, func(p *lxd.Profile) string { return p.Name }, func(p *lxd.Profile) string { return p.Project }, none[*lxd.Profile])
	}
}

func (r *Resolver) watchedProjects(ctx context.Context) ([]*lxd.ObjectChange, error) {
	projects, err := load(ctx).from.Projects(ctx, scope(ctx))
	name := func(p *lxd.Project) string { return p.Name }
	return told(projects, err, name, name, none[*lxd.Project])
}

func none[T any](T) string { return "" }
