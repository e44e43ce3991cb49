// Package plan answers what is selected of an object without gqlgen: it takes
// the Go value that a field was resolved to, fetches what hangs on it level by
// level, all objects of a level at once, and writes the bytes of the answer.
// gqlgen parses, validates, coerces, checks directives and resolves the field
// where it begins; what is not bound here goes on in gqlgen as if this package
// were not there. Both say the same, to the byte and to the error.
package plan

import (
	"context"
	"fmt"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
)

// Object binds an object type of the schema to Go.
type Object struct {
	// Name is GraphQL's; Satisfies are the type conditions that hold for it.
	Name      string
	Satisfies []string
	// Go is the type of its values, a pointer.
	Go     reflect.Type
	Fields []*Field

	byName map[string]*Field
}

// Interface binds an interface or a union: its values say by their Go type what they are.
type Interface struct {
	Name string
	// Possible are the names of its object types.
	Possible []string

	byGo map[reflect.Type]*Object
}

// Field binds a field of an object type. One of Leaf, Get and Resolve says
// where its value comes from.
type Field struct {
	Name string
	// Leaf writes what needs nothing but the object, or writes nothing and returns false for null.
	Leaf func(w *Writer, object any) bool
	// Get is a field's object, or list of objects, that needs nothing but the object.
	Get func(object any) any
	// Resolve is what gqlgen resolves the field with.
	Resolve func(ctx context.Context, object any, arguments []any) (any, error)
	// Join is what hangs on many objects at once, in the place of Resolve.
	Join Join
	// Direct is whether Resolve waits for nothing, so that it is called for one object after the other.
	Direct bool
	// Held reports whether Resolve waits for nothing for one object, here and
	// now: it is called for those one after the other, and for the others side by side.
	Held func(ctx context.Context, object any) bool
	// Encode writes a leaf that was resolved or joined.
	Encode func(w *Writer, value any) bool
	// Expand appends the objects of a value; it returns false for null.
	Expand func(value any, objects []any) ([]any, bool)
	// Type is the object type, interface or union of the value; "" is a leaf.
	Type string
	// NonNull, List and ElementNonNull are the shape of it.
	NonNull, List, ElementNonNull bool
	Arguments                     []Argument
	// Directives are those of the schema on the field, each with its guard.
	Directives []Directive

	object *Object
	kind   *Interface
}

// Directive is one of the schema's on a field.
type Directive struct {
	Name string
	// Guard refuses the field before a value is read. One without a guard refuses the registry.
	Guard func(ctx context.Context) error
}

// Argument is one of a field's.
type Argument struct {
	Name string
	// Decode makes Go's value of GraphQL's; it gets nil where nothing is given.
	Decode func(given any) (any, error)
}

// Join is what hangs on all objects of a level, in their order. Errors are nil
// or as long as the objects.
type Join func(ctx context.Context, objects []any, arguments []any) (values []any, errs []error)

// Joined makes a Join of a function of Go's own types.
func Joined[P, V any](join func(ctx context.Context, parents []P) ([]V, []error)) Join {
	return func(ctx context.Context, objects []any, _ []any) ([]any, []error) {
		parents := make([]P, len(objects))
		for n, object := range objects {
			parents[n] = object.(P)
		}
		found, errs := join(ctx, parents)
		values := make([]any, len(found))
		for n, value := range found {
			values[n] = value
		}
		return values, errs
	}
}

// Registry is what the plan knows of a schema.
type Registry struct {
	objects    map[string]*Object
	interfaces map[string]*Interface
}

// New makes a registry and checks it against the schema: a type or field that
// the schema does not have, a shape that differs, a directive without a guard,
// a join of a field that is not bound. Fields may be missing: they go on in gqlgen.
func New(schema graphql.ExecutableSchema, objects []*Object, interfaces []*Interface, joins map[string]Join, direct []string) (*Registry, error) {
	r := &Registry{objects: map[string]*Object{}, interfaces: map[string]*Interface{}}
	for _, object := range objects {
		object.byName = map[string]*Field{}
		for _, field := range object.Fields {
			object.byName[field.Name] = field
		}
		r.objects[object.Name] = object
	}
	for _, kind := range interfaces {
		kind.byGo = map[reflect.Type]*Object{}
		for _, name := range kind.Possible {
			if object := r.objects[name]; object != nil {
				kind.byGo[object.Go] = object
			}
		}
		r.interfaces[kind.Name] = kind
	}
	for _, object := range objects {
		for _, field := range object.Fields {
			field.object, field.kind = r.objects[field.Type], r.interfaces[field.Type]
		}
	}
	for name, join := range joins {
		field := r.field(name)
		if field == nil || field.Resolve == nil {
			return nil, fmt.Errorf("a join of %s, which is no field that is resolved", name)
		}
		field.Join = join
	}
	for _, name := range direct {
		field := r.field(name)
		if field == nil || field.Resolve == nil {
			return nil, fmt.Errorf("%s is said to be direct, and is no field that is resolved", name)
		}
		field.Direct = true
	}
	return r, r.check(schema.Schema())
}

// Hold says of fields when they wait for nothing.
func (r *Registry) Hold(held map[string]func(ctx context.Context, object any) bool) error {
	for name, holds := range held {
		field := r.field(name)
		if field == nil || field.Resolve == nil {
			return fmt.Errorf("%s is said to be held, and is no field that is resolved", name)
		}
		field.Held = holds
	}
	return nil
}

// Plain reports whether a field, of every type that a selection on a type may
// be of, needs nothing but its object, or is one that is known to be resolved of
// nothing else. What is not bound is not.
func (r *Registry) Plain(kind, field string, resolved map[string]bool) bool {
	if field == "__typename" {
		return true
	}
	if several := r.interfaces[kind]; several != nil {
		for _, name := range several.Possible {
			if !r.Plain(name, field, resolved) {
				return false
			}
		}
		return len(several.Possible) > 0
	}
	bound := r.field(kind + "." + field)
	return bound != nil && (bound.Resolve == nil || resolved[kind+"."+field])
}

// Object is a type's binding; nil is none.
func (r *Registry) Object(name string) *Object { return r.objects[name] }

// Forget takes a field out, so that a test sees what happens without it.
func (r *Registry) Forget(object, field string) { delete(r.objects[object].byName, field) }
