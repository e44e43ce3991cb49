package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
	"github.com/lxdql/lxdql/work"
)

func (r *mutationResolver) CancelOperation(ctx context.Context, id string) (*work.CancelOperationPayload, error) {
	operation, err := r.Work.CancelOperation(ctx, scope(ctx), operationUUID(id))
	return &work.CancelOperationPayload{Operation: operation}, err
}

func (r *operationResolver) Project(ctx context.Context, obj *lxd.Operation) (*lxd.Project, error) {
	if obj.Project == "" {
		return nil, nil
	}
	return load(ctx).project.Load(ctx, obj.Project)()
}

func (r *queryResolver) Operation(ctx context.Context, id string) (*lxd.Operation, error) {
	return r.Work.Operation(ctx, scope(ctx), operationUUID(id))
}

func (r *queryResolver) Operations(ctx context.Context, project *string, allProjects *bool, first *int, after *string, last *int, before *string) (*page.Connection[*lxd.Operation], error) {
	operations, err := r.operations(ctx, value(project), value(allProjects))
	if err != nil {
		return nil, err
	}
	return page.Operations(operations, page.Args{First: first, Last: last, After: after, Before: before})
}

func (r *queryResolver) WaitOperation(ctx context.Context, id string, timeoutSeconds *int) (*lxd.Operation, error) {
	return r.waitOperation(ctx, operationUUID(id), timeoutSeconds)
}

func (r *subscriptionResolver) OperationUpdated(ctx context.Context, id string) (<-chan *lxd.Operation, error) {
	return r.operationUpdated(ctx, operationUUID(id))
}

func (r *Resolver) Operation() graph.OperationResolver { return &operationResolver{r} }

type operationResolver struct{ *Resolver }
