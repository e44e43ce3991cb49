package lxd

import (
	"context"
	"net/http"
	"slices"
	"sync"
)

// sideBySide bounds how many requests of one list run at once: LXD is bound by
// its own processor and database.
const sideBySide = 8

// listing says how LXD lists one kind of object that belongs to projects.
type listing[T any] struct {
	// address is the list's path.
	address string
	// feature decides which project's objects a project uses.
	feature Feature
	// extension is the release that lists all projects at once; older ones
	// ignore the parameter silently (seen on 5.0.2). "" is none.
	extension string
	// adopt fills in what LXD leaves out; project is "" in a list of all
	// projects, where the objects say it themselves.
	adopt func(object T, project string)
	// project is the effective project of an object, once adopted.
	project func(T) string
}

// in lists the objects of an effective project (see [Project.Effective]). A
// newer LXD may list default's objects too: those are left out.
func (l listing[T]) in(ctx context.Context, c *Client, as Scope, project string) ([]T, error) {
	if err := enter(as, project, false); err != nil {
		return nil, err
	}
	objects, err := get[[]T](ctx, c, in(project, l.address, "recursion", "1"))
	for _, object := range objects {
		l.adopt(object, project)
	}
	return slices.DeleteFunc(objects, func(object T) bool { return l.project(object) != project }), err
}

// everywhere lists the objects of all projects that the scope allows, each
// once: in one request where LXD can, else in one for each project.
func (l listing[T]) everywhere(ctx context.Context, c *Client, as Scope) ([]T, error) {
	able, err := c.Has(ctx, l.extension)
	if err != nil {
		return nil, err
	}
	if able {
		objects, err := get[[]T](ctx, c, l.address+"?recursion=1&all-projects=true")
		if !isStatus(err, http.StatusForbidden) { // which a certificate restricted to projects gets
			for _, object := range objects {
				l.adopt(object, "")
			}
			return slices.DeleteFunc(objects, func(object T) bool { return !as.Allows(l.project(object), false) }), err
		}
	}
	projects, err := c.effectiveProjects(ctx, as, l.feature)
	if err != nil {
		return nil, err
	}
	return gather(ctx, projects, func(ctx context.Context, project string) ([]T, error) { return l.in(ctx, c, as, project) })
}

// effectiveProjects are the projects that have objects of a kind and that the
// scope allows, each once.
func (c *Client) effectiveProjects(ctx context.Context, as Scope, feature Feature) ([]string, error) {
	projects, err := c.Projects(ctx, as)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, project := range projects {
		name := project.Effective(feature)
		if as.Allows(name, false) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// gather asks for each key, a bounded number at once, and joins the answers in
// the order of the keys. The first failure is the answer's.
func gather[K, V any](ctx context.Context, keys []K, ask func(context.Context, K) ([]V, error)) ([]V, error) {
	answers, errs := make([][]V, len(keys)), make([]error, len(keys))
	places := make(chan struct{}, sideBySide)
	var running sync.WaitGroup
	for n, key := range keys {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			answers[n], errs[n] = ask(ctx, key)
		})
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(answers...), nil
}
