package resolvers

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
)

// selected are the names of the fields that the query selects below the given
// paths of the present field; "" is the field itself.
func selected(ctx context.Context, paths ...string) []string {
	operation := graphql.GetOperationContext(ctx)
	var names []string
	for _, path := range paths {
		below := graphql.CollectFieldsCtx(ctx, nil)
		for segment := range strings.SplitSeq(path, ".") {
			if segment != "" {
				below = under(operation, below, segment)
			}
		}
		for _, field := range below {
			names = append(names, field.Name)
		}
	}
	return names
}

// under are the fields below all selections of one field.
func under(operation *graphql.OperationContext, fields []graphql.CollectedField, name string) []graphql.CollectedField {
	var below []graphql.CollectedField
	for _, field := range fields {
		if field.Name == name {
			below = append(below, graphql.CollectFields(operation, field.Selections, nil)...)
		}
	}
	return below
}

// arguments are those that every list has.
func arguments(ctx context.Context, where map[string]any, search *string, orderBy *page.OrderBy, first *int, after *string, last *int, before *string, limit, offset *int) page.Args {
	return page.Args{
		First: first, Last: last, After: after, Before: before, Limit: limit, Offset: offset,
		OrderBy: orderBy, Where: where, Search: search, Caller: scope(ctx), AsOf: load(ctx).from.AsOf(),
	}
}

// unfiltered refuses a filter where LXD has none.
func unfiltered(filter *string) error {
	if filter == nil || *filter == "" {
		return nil
	}
	return &lxd.InputError{Argument: "filter", Message: "LXD has no filter for these: use `where`"}
}
