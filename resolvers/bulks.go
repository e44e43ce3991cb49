package resolvers

import (
	"context"
	"slices"
	"strconv"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
	"github.com/lxdql/lxdql/work"
)

// bulk is what bulkInstances was asked.
type bulk struct {
	wish    work.BulkWish
	names   []string
	where   map[string]any
	project string
	all     bool
}

// runBulk chooses the instances and begins, or with a key that was used before
// gives what was begun then.
func (r *Resolver) runBulk(ctx context.Context, asked bulk, wait *int, key *string) (*work.BulkInstancesPayload, error) {
	atMost, err := waiting(wait)
	if err != nil {
		return nil, err
	}
	if seconds := asked.wish.TimeoutSeconds; seconds < 0 || seconds > 3600 {
		return nil, &lxd.InputError{Argument: "timeoutSeconds", Message: "timeoutSeconds is 1 to 3600"}
	}
	asked.wish.Tell = r.Tell
	input := []any{asked.names, asked.where, asked.project, asked.all, asked.wish.Action, asked.wish.Force, asked.wish.TimeoutSeconds, asked.wish.StopOnError}
	operation, err := r.once(ctx, key, "bulkInstances", input, func(ctx context.Context) (*lxd.Operation, error) {
		items, err := r.bulkItems(ctx, asked)
		if err != nil {
			return nil, err
		}
		of := asked.project
		if asked.all { // where nothing fits it is of no project
			of = ""
		}
		return r.Work.RunBulk(ctx, scope(ctx), of, asked.wish, items)
	})
	if err != nil || operation == nil {
		return &work.BulkInstancesPayload{}, err
	}
	defer r.forget(ctx)
	if atMost > 0 {
		if operation, err = r.Work.WaitOperation(ctx, scope(ctx), operation.UUID, atMost); err != nil {
			return nil, err
		}
	}
	return &work.BulkInstancesPayload{Operation: operation, Items: operation.Items}, nil
}

// once begins a change, or with a key that the same caller used before gives
// the operation that it began then.
func (r *Resolver) once(ctx context.Context, key *string, mutation string, input any, begin func(context.Context) (*lxd.Operation, error)) (*lxd.Operation, error) {
	return r.Work.Once(ctx, scope(ctx), strconv.FormatInt(auth.From(ctx).User.ID, 10), key, mutation, input, begin)
}

// bulkItems are the instances that a bulk is about, each once.
func (r *Resolver) bulkItems(ctx context.Context, asked bulk) ([]*lxd.BulkItem, error) {
	switch {
	case (asked.names == nil) == (asked.where == nil):
		return nil, &lxd.InputError{Argument: "names", Message: "say which instances, either by names or by where"}
	case asked.names != nil && asked.all:
		return nil, &lxd.InputError{Argument: "allProjects", Message: "names are those of one project: allProjects goes with where"}
	case !asked.all && !scope(ctx).Allows(asked.project, true):
		if _, err := r.LXD.Project(ctx, scope(ctx), asked.project); err != nil {
			return nil, err
		}
		return nil, &lxd.ForbiddenError{Project: asked.project}
	}
	if asked.names != nil {
		return r.namedItems(ctx, asked)
	}
	args := page.Args{Where: asked.where, Caller: scope(ctx)}
	list := lxd.InstanceList{Project: asked.project, AllProjects: asked.all, Detail: max(choosing(args, ""), lxd.DetailObject)}
	instances, err := r.listInstances(ctx, list)
	items := []*lxd.BulkItem{}
	for _, instance := range instances {
		if scope(ctx).Allows(instance.Project, true) && page.Instances.Matches(instance, asked.where, scope(ctx)) {
			items = append(items, &lxd.BulkItem{Name: instance.Name, Project: instance.Project, Outcome: lxd.BulkPending})
		}
	}
	return items, err
}

func (r *Resolver) namedItems(ctx context.Context, asked bulk) ([]*lxd.BulkItem, error) {
	if _, err := r.LXD.Project(ctx, scope(ctx), asked.project); err != nil {
		return nil, err
	}
	items := make([]*lxd.BulkItem, len(asked.names))
	for n, name := range asked.names {
		if slices.Contains(asked.names[:n], name) {
			return nil, &lxd.InputError{Argument: "names", Message: name + " is named twice"}
		}
		items[n] = &lxd.BulkItem{Name: name, Project: asked.project, Outcome: lxd.BulkPending}
	}
	return items, nil
}
