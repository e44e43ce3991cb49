package resolvers

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graph-gophers/dataloader/v7"
	"github.com/lxdql/lxdql/lxd"
)

// key names an object of a project.
type key struct{ project, name string }

// loaders gather what the fields of one response ask for and ask LXD once.
// They live for one response only: a WebSocket lives for hours, and would
// serve yesterday's instance.
type loaders struct {
	project   *dataloader.Loader[string, *lxd.Project]
	profile   *dataloader.Loader[key, *lxd.Profile]
	image     *dataloader.Loader[key, *lxd.Image]
	instance  *dataloader.Loader[key, *lxd.Instance]
	state     *dataloader.Loader[*lxd.Instance, *lxd.InstanceState]
	snapshots *dataloader.Loader[*lxd.Instance, []*lxd.InstanceSnapshot]
}

type loadersKey struct{}

// WithLoaders puts fresh loaders into the context of one response.
func (r *Resolver) WithLoaders(ctx context.Context) context.Context {
	holder := &atomic.Pointer[loaders]{}
	holder.Store(r.newLoaders())
	return context.WithValue(ctx, loadersKey{}, holder)
}

func load(ctx context.Context) *loaders {
	return ctx.Value(loadersKey{}).(*atomic.Pointer[loaders]).Load()
}

// forget makes the fields after a change see what the change did.
func (r *Resolver) forget(ctx context.Context) {
	ctx.Value(loadersKey{}).(*atomic.Pointer[loaders]).Store(r.newLoaders())
}

// gather is how long a loader waits for more keys; the library's 16 ms would
// be most of an answer's time.
const gather = 500 * time.Microsecond

func newLoader[K comparable, V any](batch dataloader.BatchFunc[K, V]) *dataloader.Loader[K, V] {
	return dataloader.NewBatchedLoader(batch, dataloader.WithWait[K, V](gather))
}

func (r *Resolver) newLoaders() *loaders {
	return &loaders{
		project: newLoader(r.projects(&onceProjects{})),
		profile: newLoader(perProject(r.LXD.Profiles, func(p *lxd.Profile) string { return p.Name })),
		image:   newLoader(perProject(r.LXD.Images, func(i *lxd.Image) string { return i.Fingerprint })),
		instance: newLoader(oneByOne(func(ctx context.Context, k key) (*lxd.Instance, error) {
			return r.LXD.InstanceObject(ctx, scope(ctx), k.project, k.name)
		})),
		state: newLoader(oneByOne(func(ctx context.Context, i *lxd.Instance) (*lxd.InstanceState, error) {
			return r.LXD.InstanceState(ctx, scope(ctx), i)
		})),
		snapshots: newLoader(oneByOne(func(ctx context.Context, i *lxd.Instance) ([]*lxd.InstanceSnapshot, error) {
			return r.LXD.InstanceSnapshots(ctx, scope(ctx), i)
		})),
	}
}

// onceProjects is the list of projects, which is short, read once per response.
type onceProjects struct {
	once     sync.Once
	projects []*lxd.Project
	err      error
}

// projects answers any number of projects, asked for at any time, with one list.
func (r *Resolver) projects(list *onceProjects) dataloader.BatchFunc[string, *lxd.Project] {
	return func(ctx context.Context, names []string) []*dataloader.Result[*lxd.Project] {
		list.once.Do(func() { list.projects, list.err = r.LXD.Projects(ctx, scope(ctx)) })
		results := make([]*dataloader.Result[*lxd.Project], len(names))
		for n, name := range names {
			results[n] = &dataloader.Result[*lxd.Project]{Error: list.err}
			if at := slices.IndexFunc(list.projects, func(p *lxd.Project) bool { return p.Name == name }); at >= 0 {
				results[n].Data = list.projects[at]
			}
		}
		return results
	}
}

// perProject answers any number of objects with one list per project: LXD
// cannot be asked for several by name. What is not in the list is nil, and so
// is all of a project that the caller may not see.
func perProject[V any](list func(context.Context, lxd.Scope, string) ([]V, error), name func(V) string) dataloader.BatchFunc[key, V] {
	return func(ctx context.Context, keys []key) []*dataloader.Result[V] {
		found, failed := make(map[key]V), make(map[string]error)
		for _, project := range distinct(keys) {
			objects, err := list(ctx, scope(ctx), project)
			if err != nil && !lxd.IsNotFound(err) {
				failed[project] = err
			}
			for _, object := range objects {
				found[key{project, name(object)}] = object
			}
		}
		results := make([]*dataloader.Result[V], len(keys))
		for n, k := range keys {
			results[n] = &dataloader.Result[V]{Data: found[k], Error: failed[k.project]}
		}
		return results
	}
}

func distinct(keys []key) []string {
	var projects []string
	for _, k := range keys {
		if !slices.Contains(projects, k.project) {
			projects = append(projects, k.project)
		}
	}
	return projects
}

// atOnce bounds how many calls a loader makes side by side. More would not be
// quicker: LXD is bound by its own processor and database.
const atOnce = 8

// oneByOne answers what LXD gives only one by one.
func oneByOne[K comparable, V any](read func(context.Context, K) (V, error)) dataloader.BatchFunc[K, V] {
	return func(ctx context.Context, keys []K) []*dataloader.Result[V] {
		results := make([]*dataloader.Result[V], len(keys))
		places := make(chan struct{}, atOnce)
		var running sync.WaitGroup
		for n, k := range keys {
			places <- struct{}{}
			running.Go(func() {
				defer func() { <-places }()
				data, err := read(ctx, k)
				results[n] = &dataloader.Result[V]{Data: data, Error: err}
			})
		}
		running.Wait()
		return results
	}
}
