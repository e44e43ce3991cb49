package plan_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/graph/plan/plantest"
	"github.com/lxdql/lxdql/graph/plan/plantest/bound"
)

// What is not bound goes on in gqlgen, with what was resolved already.
func TestWhatIsNotBoundIsGqlgens(t *testing.T) {
	b := start(t)
	for _, field := range []string{"text", "next", "label", "inner"} {
		b.registry.Forget("Box", field)
	}
	seen := b.compare(t, 7, 150, time.Now().Add(time.Minute), false)
	counts := b.plan.Counts()
	if counts.FellBack == 0 || counts.Planned == 0 {
		t.Errorf("%+v %+v", seen, counts)
	}
	before := b.resolver.Roots.Load()
	plantest.Ask(t.Context(), b.planned, `{ boxes { text } }`, nil)
	if again := b.resolver.Roots.Load() - before; again != 1 {
		t.Errorf("the root field was resolved %d times", again)
	}
}

// A verdict is remembered: a list whose elements have something that is not
// bound is not looked at again for each of them.
func TestAVerdictIsRemembered(t *testing.T) {
	b := start(t)
	b.registry.Forget("Bag", "weight")
	before := b.plan.Counts()
	plantest.Ask(t.Context(), b.planned, `{ boxes(count: 30) { text must { weight } } }`, nil)
	if after := b.plan.Counts(); after.Planned != before.Planned || after.FellBack-before.FellBack < 20 {
		t.Errorf("%+v, then %+v", before, after)
	}
}

// A panic in what is bound is gqlgen's to tell, as ever.
func TestAPanicIsGqlgens(t *testing.T) {
	b := start(t)
	b.registry.Object("Box").Fields[1].Leaf = func(*plan.Writer, any) bool { panic("the binding is wrong") }
	told := ""
	b.plan.Told = func(_ context.Context, object, field string, err error) {
		told = object + "." + field + ": " + err.Error()
	}
	want := plantest.Ask(t.Context(), b.stock, `{ boxes { name bag { name } } }`, nil)
	got := plantest.Ask(t.Context(), b.planned, `{ boxes { name bag { name } } }`, nil)
	if !got.Same(want) || b.plan.Counts().Panicked != 1 || told != "Query.boxes: panic: the binding is wrong" {
		t.Errorf("%s\n%s\n%+v %q", got, want, b.plan.Counts(), told)
	}
}

// One question can be asked without the plan.
func TestWithoutThePlan(t *testing.T) {
	b := start(t)
	want := plantest.Ask(t.Context(), b.stock, `{ boxes { name } }`, nil)
	if got := plantest.Ask(plan.Without(t.Context()), b.planned, `{ boxes { name } }`, nil); !got.Same(want) || b.plan.Counts().Planned > 0 {
		t.Errorf("%s, %+v", got, b.plan.Counts())
	}
}

// A level is joined at once, however many objects it has.
func TestALevelIsJoinedOnce(t *testing.T) {
	b := start(t)
	plantest.Ask(t.Context(), b.planned, `{ boxes(count: 40) { bag { owner { name } } } }`, nil)
	if joined := b.resolver.Owners.Load(); joined != 1 {
		t.Errorf("joined %d times", joined)
	}
}

// Some questions both answer: what differs is told, without what was said.
func TestBothAnswerSomeQuestions(t *testing.T) {
	b := start(t)
	b.plan.Every = 1
	var told []string
	b.plan.Differs = func(_ context.Context, object, field, what string) { told = append(told, object+"."+field+" "+what) }
	if seen := b.compare(t, 11, 100, time.Now().Add(time.Minute), false); len(told) > 0 || b.plan.Counts().Compared < int64(seen.valid)/2 {
		t.Fatalf("%+v %+v: %v", seen, b.plan.Counts(), told)
	}
	b.registry.Object("Box").Fields[1].Leaf = func(w *plan.Writer, _ any) bool { return w.String("wrong") }
	want := plantest.Ask(t.Context(), b.stock, `{ boxes { name } }`, nil)
	got := plantest.Ask(t.Context(), b.planned, `{ boxes { name } }`, nil)
	if !got.Same(want) || len(told) != 1 || !strings.HasPrefix(told[0], "Query.boxes the data, from byte ") {
		t.Errorf("%s, told %v", got, told)
	}
}

// Bindings that do not fit the schema are refused before anything is asked.
func TestBindingsAreChecked(t *testing.T) {
	resolver := &plantest.Resolver{}
	schema := plantest.NewExecutableSchema(plantest.Config{Resolvers: resolver, Directives: plantest.Directives()})
	for name, spoil := range map[string]func(map[string]*plan.Field){
		"no guard":         func(f map[string]*plan.Field) { f["secret"].Directives = nil },
		"an empty guard":   func(f map[string]*plan.Field) { f["secret"].Directives[0].Guard = nil },
		"another shape":    func(f map[string]*plan.Field) { f["tags"].List = false },
		"another type":     func(f map[string]*plan.Field) { f["must"].Type = "Box" },
		"no such field":    func(f map[string]*plan.Field) { f["name"].Name = "nome" },
		"nothing":          func(f map[string]*plan.Field) { f["name"].Leaf = nil },
		"no argument":      func(f map[string]*plan.Field) { f["label"].Arguments = f["label"].Arguments[1:] },
		"may be null":      func(f map[string]*plan.Field) { f["must"].NonNull = false },
		"elements may not": func(f map[string]*plan.Field) { f["maybeBags"].ElementNonNull = true },
	} {
		objects := bound.Objects(resolver, plantest.Directives())
		fields := map[string]*plan.Field{}
		for _, object := range objects {
			for _, field := range object.Fields {
				if object.Name == "Box" {
					fields[field.Name] = field
				}
			}
		}
		spoil(fields)
		if _, err := plan.New(schema, objects, bound.Interfaces(), nil, nil); err == nil {
			t.Errorf("%s: nobody sees it", name)
		}
	}
	if _, err := plan.New(schema, bound.Objects(resolver, plantest.Directives()), bound.Interfaces(), map[string]plan.Join{"Box.nothing": nil}, nil); err == nil {
		t.Error("a join of nothing is taken")
	}
}
