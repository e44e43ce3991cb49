package resolvers

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// selected are the names of the fields that the query selects below the given
// paths of the present field.
func selected(ctx context.Context, paths ...string) []string {
	operation := graphql.GetOperationContext(ctx)
	var names []string
	for _, path := range paths {
		below := graphql.CollectFieldsCtx(ctx, nil)
		for segment := range strings.SplitSeq(path, ".") {
			below = under(operation, below, segment)
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
