package resolvers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
)

// searched is what a search looks for, and where.
type searched struct {
	text    string
	project *string
	all     *bool
}

// finder looks for a search's text among the objects of one kind.
type finder func(context.Context, searched) ([]page.Hit, error)

// finders are what can be searched for: a kind is one line.
func (r *Resolver) finders(ctx context.Context) map[page.SearchKind]finder {
	finders := map[page.SearchKind]finder{}
	findIn(finders, "INSTANCE", page.Instances, r.instancesToSearch)
	findIn(finders, "IMAGE", page.Images, ofProject(lxd.FeatureImages, load(ctx).from.Images, load(ctx).from.AllImages))
	findIn(finders, "NETWORK", page.Networks, ofProject(lxd.FeatureNetworks, load(ctx).from.Networks, load(ctx).from.AllNetworks))
	findIn(finders, "NETWORK_ACL", page.NetworkAcls, ofProject(lxd.FeatureNetworks, load(ctx).from.NetworkAcls, load(ctx).from.AllNetworkAcls))
	findIn(finders, "NETWORK_ZONE", page.NetworkZones, ofProject(lxd.FeatureNetworkZones, r.LXD.NetworkZones, r.LXD.AllNetworkZones))
	findIn(finders, "PROFILE", page.Profiles, ofProject(lxd.FeatureProfiles, load(ctx).from.Profiles, load(ctx).from.AllProfiles))
	findIn(finders, "PROJECT", page.Projects, projectsToSearch)
	findIn(finders, "STORAGE_BUCKET", page.StorageBuckets, ofProject(lxd.FeatureStorageBuckets, r.LXD.StorageBuckets, r.LXD.AllStorageBuckets))
	findIn(finders, "STORAGE_POOL", page.StoragePools, func(ctx context.Context, _ searched) ([]*lxd.StoragePool, error) { return load(ctx).allPools(ctx) })
	findIn(finders, "STORAGE_VOLUME", page.StorageVolumes, r.volumesToSearch)
	return finders
}

// findIn adds a kind. What LXD's release does not have is not found.
func findIn[T lxd.Node](finders map[page.SearchKind]finder, name page.SearchKind, kind page.Kind[T], list func(context.Context, searched) ([]T, error)) {
	finders[name] = func(ctx context.Context, what searched) ([]page.Hit, error) {
		items, err := list(ctx, what)
		if errors.As(err, new(*lxd.ExtensionError)) {
			err = nil
		}
		return page.Hits(kind, name, items, what.text, scope(ctx)), err
	}
}

// ofProject lists the objects of projects.
func ofProject[T any](feature lxd.Feature, one func(context.Context, lxd.Scope, string) ([]T, error), every func(context.Context, lxd.Scope) ([]T, error)) func(context.Context, searched) ([]T, error) {
	return func(ctx context.Context, what searched) ([]T, error) {
		return listed(ctx, what.project, what.all, feature, one, every)
	}
}

// instancesToSearch reads the state only where it has to be looked into.
func (r *Resolver) instancesToSearch(ctx context.Context, what searched) ([]*lxd.Instance, error) {
	list := lxd.InstanceList{Project: value(what.project), AllProjects: value(what.all), Detail: searching(what.text), WithoutDisk: true}
	return load(ctx).from.Instances(ctx, scope(ctx), list)
}

func (r *Resolver) volumesToSearch(ctx context.Context, what searched) ([]*lxd.StorageVolume, error) {
	return r.storageVolumes(ctx, lxd.VolumeList{Project: value(what.project), AllProjects: value(what.all)})
}

// projectsToSearch are all of them, or the one that is named.
func projectsToSearch(ctx context.Context, what searched) ([]*lxd.Project, error) {
	projects, err := load(ctx).allProjects(ctx)
	if err != nil || value(what.all) {
		return projects, err
	}
	name := value(what.project)
	if name == "" {
		name = "default"
	}
	for _, project := range projects {
		if project.Name == name {
			return []*lxd.Project{project}, nil
		}
	}
	return nil, lxd.NotFound("Project")
}

// search looks through the kinds side by side. One that cannot be read fails
// the search: a page without it would look complete.
func (r *Resolver) search(ctx context.Context, what searched, kinds []page.SearchKind, args page.Args) (*page.SearchConnection, error) {
	what.text = strings.TrimSpace(what.text)
	if what.text == "" {
		return nil, &lxd.InputError{Argument: "query", Message: "query is empty: say what to search for"}
	}
	var mutex sync.Mutex
	var running sync.WaitGroup
	var hits []page.Hit
	var failed error
	for kind, find := range r.finders(ctx) {
		if kinds != nil && !slices.Contains(kinds, kind) {
			continue
		}
		running.Go(func() {
			found, err := find(ctx, what)
			mutex.Lock()
			defer mutex.Unlock()
			hits, failed = append(hits, found...), cmp.Or(failed, err)
		})
	}
	running.Wait()
	if failed != nil {
		return nil, failed
	}
	return page.Best(hits, what.text, args)
}
