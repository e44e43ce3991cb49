package plan_test

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/graph/plan/plantest"
	"github.com/lxdql/lxdql/graph/plan/plantest/bound"
)

// both are the two executors of the small schema.
type both struct {
	schema         graphql.ExecutableSchema
	stock, planned *executor.Executor
	plan           *plan.Plan
	registry       *plan.Registry
	resolver       *plantest.Resolver
}

func registry(t testing.TB, schema graphql.ExecutableSchema, resolver *plantest.Resolver) *plan.Registry {
	t.Helper()
	joins := map[string]plan.Join{"Bag.owner": plan.Joined(resolver.OwnersOf)}
	registry, err := plan.New(schema, bound.Objects(resolver, plantest.Directives()), bound.Interfaces(), joins, []string{"Box.label"})
	if err != nil {
		t.Fatal(err)
	}
	return registry
}

func start(t testing.TB) *both {
	t.Helper()
	b := &both{resolver: &plantest.Resolver{}}
	b.schema = plantest.NewExecutableSchema(plantest.Config{Resolvers: b.resolver, Directives: plantest.Directives()})
	b.registry = registry(t, b.schema, b.resolver)
	b.plan = plan.Make(b.registry)
	b.stock, b.planned = executor.New(b.schema), executor.New(b.schema)
	b.planned.AroundResponses(b.plan.AroundResponse)
	b.planned.AroundFields(b.plan.AroundField)
	return b
}

var roots = []string{
	"box(n: 5)", "box(n: 9)", "box(n: 1)", "boxes", "boxes(from: 0, count: 7)", "boxes(from: 3, count: 20)", "boxes(from: 4, count: 2)",
	"boxes(count: 0)", "maybes", "things", "strict", "either", "page",
}

func questions(schema *ast.Schema, seed uint64) *plantest.Questions {
	return &plantest.Questions{Schema: schema, Random: rand.New(rand.NewPCG(seed, 1)), Roots: roots, Depth: 5, Value: value}
}

// value gives arguments of the small schema, by literal and by variable.
func value(r *rand.Rand, argument *ast.ArgumentDefinition) string {
	values := map[string][]string{
		"String": {"", `"pre\n"`, "null", "$text"}, "Int": {"", "1", "3", "5", "null", "$number"},
		"Colour": {"", "RED", "null"},
	}[argument.Type.Name()]
	if argument.Type.NonNull {
		return []string{"1", "2", "7"}[r.IntN(3)]
	}
	return values[r.IntN(len(values))]
}

// result is what a run of random questions saw.
type result struct{ valid, withErrors, null, wrong int }

// compare asks both until count questions were valid or end is there, or, where
// stop says so, until one differs.
func (b *both) compare(t testing.TB, seed uint64, count int, end time.Time, stop bool) (seen result) {
	asked := questions(b.schema.Schema(), seed)
	for seen.valid < count && time.Now().Before(end) {
		query := asked.Next()
		want := plantest.Ask(t.Context(), b.stock, query, plantest.Variables())
		if want.Invalid {
			continue
		}
		seen.valid++
		if len(want.Errors) > 0 {
			seen.withErrors++
		}
		if want.Data == "null" {
			seen.null++
		}
		got := plantest.Ask(t.Context(), b.planned, query, plantest.Variables())
		if !got.Same(want) {
			if seen.wrong++; stop {
				return seen
			}
			t.Errorf("%s\nplan   %s\ngqlgen %s", query, got, want)
			if seen.wrong == 3 {
				t.FailNow()
			}
		}
	}
	return seen
}

// The plan says what gqlgen says, to the byte and to the error, whatever is
// asked. `make soak` asks for ten minutes.
func TestThePlanSaysWhatGqlgenSays(t *testing.T) {
	long := 4 * time.Second
	if os.Getenv("LXDQL_SOAK") != "" {
		long = 10 * time.Minute
	}
	b := start(t)
	seed := rand.Uint64()
	seen := b.compare(t, seed, 1<<30, time.Now().Add(long), false)
	counts := b.plan.Counts()
	t.Logf("seed %d: %+v, %+v", seed, seen, counts)
	if seen.valid < 50 || seen.withErrors == 0 || seen.null == 0 || counts.Planned < int64(seen.valid) {
		t.Errorf("too little was tried")
	}
	if counts.FellBack > 0 {
		t.Errorf("%d fields were left to gqlgen", counts.FellBack)
	}
}
