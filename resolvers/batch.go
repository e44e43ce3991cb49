package resolvers

import (
	"context"
	"slices"
	"sync"

	"github.com/graph-gophers/dataloader/v7"
	"github.com/lxdql/lxdql/lxd"
)

// instanceBatch reads a few instances one by one, and many from the lists of
// their projects.
func (r *Resolver) instanceBatch(ctx context.Context, keys []key) []*dataloader.Result[*lxd.Instance] {
	if len(keys) <= few {
		return oneByOne(func(ctx context.Context, k key) (*lxd.Instance, error) {
			return load(ctx).from.InstanceObject(ctx, scope(ctx), k.project, k.name)
		})(ctx, keys)
	}
	return perProject(func(ctx context.Context, as lxd.Scope, project string) ([]*lxd.Instance, error) {
		return load(ctx).from.Instances(ctx, as, lxd.InstanceList{Project: project})
	}, func(i *lxd.Instance) string { return i.Name })(ctx, keys)
}

// few objects are cheaper to read one by one than in a list of all.
const few = 5

// once reads when it is first asked, and keeps what it has read.
func once[V any](read func(context.Context) (V, error)) func(context.Context) (V, error) {
	var first sync.Once
	var kept V
	var err error
	return func(ctx context.Context) (V, error) {
		first.Do(func() { kept, err = read(ctx) })
		return kept, err
	}
}

// fromOne answers any number of names, asked for at any time, with one short list.
func fromOne[V any](list func(context.Context) ([]V, error), name func(V) string) dataloader.BatchFunc[string, V] {
	return func(ctx context.Context, names []string) []*dataloader.Result[V] {
		objects, err := list(ctx)
		results := make([]*dataloader.Result[V], len(names))
		for n, wanted := range names {
			results[n] = &dataloader.Result[V]{Error: err}
			if at := slices.IndexFunc(objects, func(object V) bool { return name(object) == wanted }); at >= 0 {
				results[n].Data = objects[at]
			}
		}
		return results
	}
}

// perProject answers any number of objects with one list per project, read
// once: LXD cannot be asked for several by name. What is not in the list is
// nil, and so is all of a project that the caller may not see.
func perProject[V any](list func(context.Context, lxd.Scope, string) ([]V, error), name func(V) string) dataloader.BatchFunc[key, V] {
	var mutex sync.Mutex
	lists := make(map[string]func(context.Context) (map[string]V, error))
	of := func(project string) func(context.Context) (map[string]V, error) {
		mutex.Lock()
		defer mutex.Unlock()
		if lists[project] == nil {
			lists[project] = once(func(ctx context.Context) (map[string]V, error) {
				return byName(list, name)(ctx, project)
			})
		}
		return lists[project]
	}
	return func(ctx context.Context, keys []key) []*dataloader.Result[V] {
		results := make([]*dataloader.Result[V], len(keys))
		var reading sync.WaitGroup
		for _, project := range distinct(keys) {
			reading.Go(func() { of(project)(ctx) })
		}
		reading.Wait()
		for n, k := range keys {
			objects, err := of(k.project)(ctx)
			results[n] = &dataloader.Result[V]{Data: objects[k.name], Error: err}
		}
		return results
	}
}

func byName[V any](list func(context.Context, lxd.Scope, string) ([]V, error), name func(V) string) func(context.Context, string) (map[string]V, error) {
	return func(ctx context.Context, project string) (map[string]V, error) {
		objects, err := list(ctx, scope(ctx), project)
		if lxd.IsNotFound(err) {
			err = nil
		}
		found := make(map[string]V, len(objects))
		for _, object := range objects {
			found[name(object)] = object
		}
		return found, err
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
