package plan

import (
	"context"
	"errors"
	"io"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// Plan answers what is below fields.
type Plan struct {
	registry *Registry
	// Told hears of panics that gqlgen had to answer for; nil hears nothing.
	Told func(ctx context.Context, object, field string, err error)

	// Every is how many questions there are for one that both answer, which is
	// compared; 0 compares none. Differs hears what was not the same.
	Every   int64
	Differs func(ctx context.Context, object, field, what string)

	planned, fellBack, panicked, compared, differed, asked atomic.Int64
}

// Counts are fields that were planned, and that gqlgen went on with: because
// something of them is not bound, or because of a panic; and fields that both
// have answered, and that were not the same.
type Counts struct{ Planned, FellBack, Panicked, Compared, Differed int64 }

// Make makes a plan of what is bound.
func Make(registry *Registry) *Plan { return &Plan{registry: registry} }

// Counts are those since the start.
func (p *Plan) Counts() Counts {
	return Counts{p.planned.Load(), p.fellBack.Load(), p.panicked.Load(), p.compared.Load(), p.differed.Load()}
}

type (
	without  struct{}
	verdicts struct {
		fields sync.Map
		shadow *shadow // nil: only the plan answers
	}
	asked struct{}
)

// Without makes gqlgen do all of what is asked in the context.
func Without(ctx context.Context) context.Context { return context.WithValue(ctx, without{}, true) }

// AroundResponse makes an answer remember which fields are not bound, so that
// they are looked at once and not for every element of a list.
func (p *Plan) AroundResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	known := &verdicts{}
	if p.Every > 0 && graphql.HasOperationContext(ctx) && p.asked.Add(1)%p.Every == 0 {
		known.shadow = &shadow{}
	}
	response := next(context.WithValue(ctx, asked{}, known))
	if known.shadow != nil && response != nil {
		p.compare(ctx, known.shadow, response)
	}
	return response
}

// AroundField takes the value of a field and answers with the bytes of it. Where
// it cannot, it returns the value as it is, and gqlgen goes on.
func (p *Plan) AroundField(ctx context.Context, next graphql.Resolver) (any, error) {
	value, err := next(ctx)
	if err != nil || value == nil {
		return value, err
	}
	field := graphql.GetFieldContext(ctx)
	if len(field.Field.Selections) == 0 || ctx.Value(without{}) != nil || isNil(value) {
		return value, nil
	}
	known, _ := ctx.Value(asked{}).(*verdicts)
	if known == nil || field.Object == "Mutation" {
		return value, nil
	}
	if known.shadow != nil {
		p.shadow(ctx, known.shadow, field, value)
		return value, nil
	}
	if _, unbound := known.fields.Load(field.Field.Field); unbound {
		p.fellBack.Add(1)
		return value, nil
	}
	answer, err := p.answer(ctx, field, value)
	if err == nil {
		p.planned.Add(1)
		return answer, nil
	}
	known.fields.Store(field.Field.Field, true)
	p.fellBack.Add(1)
	var panicked *panicError
	if errors.As(err, &panicked) {
		p.panicked.Add(1)
		if p.Told != nil {
			p.Told(ctx, field.Object, field.Field.Name, err)
		}
	}
	return value, nil
}

// isNil is a value that is null, of which there is nothing to write.
func isNil(value any) bool {
	given := reflect.ValueOf(value)
	return given.Kind() == reflect.Pointer && given.IsNil()
}

// answer is the bytes of a value, or why there are none.
func (p *Plan) answer(ctx context.Context, field *graphql.FieldContext, value any) (graphql.Marshaler, error) {
	definition := field.Field.Definition
	if definition == nil {
		return nil, errUnknown
	}
	kind := definition.Type
	root := &node{
		list: kind.Elem != nil, nonNull: kind.NonNull, elements: kind.Elem != nil && kind.Elem.NonNull,
		object: p.registry.objects[kind.Name()], kind: p.registry.interfaces[kind.Name()], ctx: ctx, wanted: field.Field,
	}
	expand := expander(root, value)
	if expand == nil {
		return nil, errUnknown
	}
	r := &run{registry: p.registry, operation: graphql.GetOperationContext(ctx), writer: newWriter()}
	whole := false
	r.guarded(func() {
		if err := r.below(root); err != nil {
			r.fail(err)
			return
		}
		r.begin(root, value, expand)
		if r.failed == nil {
			whole = r.value(root, 0)
		}
	})
	if r.failed != nil {
		r.writer.release()
		return nil, r.failed
	}
	r.tell(ctx)
	if !whole {
		r.writer.release()
		return graphql.Null, nil
	}
	return &answer{writer: r.writer}, nil
}

// expander is how the first value becomes objects; nil where it cannot be told.
func expander(root *node, value any) func(any, []any) ([]any, bool) {
	given := reflect.ValueOf(value)
	switch {
	case root.object == nil && root.kind == nil:
		return nil
	case !root.list && given.Kind() == reflect.Pointer:
		if root.object != nil && given.Type() != root.object.Go {
			return nil
		}
		return Any
	case root.list && given.Kind() == reflect.Slice:
		element := given.Type().Elem()
		if element.Kind() != reflect.Interface && (root.object == nil || element != root.object.Go) {
			return nil
		}
		return reflected
	}
	return nil
}

// reflected appends the objects of a list of any type.
func reflected(value any, objects []any) ([]any, bool) {
	list := reflect.ValueOf(value)
	for n := range list.Len() {
		if element := list.Index(n); element.IsNil() {
			objects = append(objects, nil)
		} else {
			objects = append(objects, element.Interface())
		}
	}
	return objects, !list.IsNil()
}

// answer is the bytes of a field. It gives its writer back when it is written,
// which gqlgen does once; one that is dropped, because what it is in turned out
// to be null, keeps its writer.
type answer struct {
	writer *Writer
	once   sync.Once
}

// MarshalGQL writes the bytes.
func (a *answer) MarshalGQL(w io.Writer) {
	a.once.Do(func() {
		w.Write(a.writer.bytes)
		a.writer.release()
	})
}
