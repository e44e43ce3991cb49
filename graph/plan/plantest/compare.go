package plantest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Answer is what a query came to: its data as bytes, and its errors in an order
// of their own, because executors tell them as they meet them.
type Answer struct {
	Data   string
	Errors []string
	// Invalid is whether it was refused before it was executed.
	Invalid bool
}

// Same says whether two answers are.
func (a Answer) Same(b Answer) bool { return a.Data == b.Data && slices.Equal(a.Errors, b.Errors) }

func (a Answer) String() string { return fmt.Sprintf("%s\n%q", a.Data, a.Errors) }

// Ask executes a query in this process.
func Ask(ctx context.Context, exec *executor.Executor, query string, variables map[string]any) Answer {
	ctx = graphql.StartOperationTrace(ctx)
	operation, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if len(errs) > 0 {
		return Answer{Errors: told(errs), Invalid: true}
	}
	responses, ctx := exec.DispatchOperation(graphql.WithOperationContext(ctx, operation), operation)
	response := responses(ctx)
	return Answer{Data: string(response.Data), Errors: told(response.Errors)}
}

// told are errors as text: message, path, locations and code.
func told(errs gqlerror.List) []string {
	texts := make([]string, len(errs))
	for n, err := range errs {
		place, _ := json.Marshal(err.Locations)
		texts[n] = fmt.Sprintf("%s: %s %s %v", err.Path, err.Message, place, err.Extensions)
	}
	slices.Sort(texts)
	return texts
}
