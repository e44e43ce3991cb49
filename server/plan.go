package server

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/graph/bind"
	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/resolvers"
)

// shadowEvery is of how many questions one is answered by both, and compared.
const shadowEvery = 1000

// hot are the types whose every field is bound: one that is not would be
// gqlgen's, and with it everything below, object by object.
var hot = []string{
	"Instance", "InstanceConnection", "InstanceEdge", "InstanceState", "InstanceLimits", "InstanceSnapshot",
	"NicDevice", "DiskDevice", "ProxyDevice", "UnknownDevice", "NoneDevice", "Profile", "ProfileConnection", "ProfileEdge",
	"Project", "ProjectConnection", "ProjectEdge", "Image", "ImageConnection", "ImageEdge",
	"StoragePool", "StoragePoolConnection", "StoragePoolEdge", "StorageVolume", "StorageVolumeConnection", "StorageVolumeEdge", "StorageVolumeSnapshot",
	"Network", "NetworkConnection", "NetworkEdge", "NetworkState", "Lease", "Operation", "OperationConnection", "OperationEdge", "PageInfo",
}

// bindings are all that is bound, checked against the schema: a
// directive without a guard, or a hot type with a field that is not bound, is
// no reason to find out later.
func bindings(schema graphql.ExecutableSchema, resolver *resolvers.Resolver) (*plan.Registry, error) {
	registry, err := plan.New(schema, bind.Objects(resolver, directives(resolver)), bind.Interfaces(), resolver.Joins(), resolvers.Direct())
	if err != nil {
		return nil, fmt.Errorf("the bindings do not fit the schema: run make generate: %w", err)
	}
	if err := registry.Hold(resolvers.Held()); err != nil {
		return nil, err
	}
	for _, name := range hot {
		if missing := registry.Unbound(schema.Schema(), name); len(missing) > 0 {
			return nil, fmt.Errorf("%v are not bound, and have to be", missing)
		}
	}
	return registry, nil
}

// planned is the plan of all that is bound.
func planned(registry *plan.Registry, log *slog.Logger) *plan.Plan {
	made := plan.Make(registry)
	made.Told = func(ctx context.Context, object, field string, err error) {
		log.ErrorContext(ctx, "a planned field was left to gqlgen", "field", object+"."+field, "error", err)
	}
	made.Every = shadowEvery
	made.Differs = func(ctx context.Context, object, field, what string) {
		log.ErrorContext(ctx, "the plan and gqlgen do not say the same", "field", object+"."+field, "what", what, "requestId", middleware.GetReqID(ctx))
	}
	return made
}
