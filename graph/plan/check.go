package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// field finds "Type.field"; nil is none.
func (r *Registry) field(name string) *Field {
	object, field, _ := strings.Cut(name, ".")
	if r.objects[object] == nil {
		return nil
	}
	return r.objects[object].byName[field]
}

// check compares the bindings with the schema.
func (r *Registry) check(schema *ast.Schema) error {
	var wrong []error
	for name, object := range r.objects {
		definition := schema.Types[name]
		if definition == nil || definition.Kind != ast.Object {
			wrong = append(wrong, fmt.Errorf("%s is no object type", name))
			continue
		}
		for _, field := range object.Fields {
			if err := checkField(schema, definition.Fields.ForName(field.Name), field); err != nil {
				wrong = append(wrong, fmt.Errorf("%s.%s %w", name, field.Name, err))
			}
		}
	}
	return errors.Join(wrong...)
}

func checkField(schema *ast.Schema, definition *ast.FieldDefinition, field *Field) error {
	if definition == nil {
		return errors.New("is no field")
	}
	kind := definition.Type
	if field.NonNull != kind.NonNull || field.List != (kind.Elem != nil) || field.List && field.ElementNonNull != kind.Elem.NonNull {
		return fmt.Errorf("is bound with another shape than %s", kind)
	}
	leaf := schema.Types[kind.Name()].IsLeafType()
	if leaf != (field.Type == "") || !leaf && field.Type != kind.Name() {
		return fmt.Errorf("is bound as %q and is a %s", field.Type, kind)
	}
	switch {
	case leaf && field.Leaf == nil && (field.Resolve == nil || field.Encode == nil),
		!leaf && (field.Get == nil && field.Resolve == nil || field.Expand == nil),
		!leaf && (field.object == nil) == (field.kind == nil):
		return errors.New("is bound to nothing")
	case len(field.Arguments) != len(definition.Arguments):
		return errors.New("is bound with other arguments")
	}
	for n, argument := range definition.Arguments {
		if field.Arguments[n].Name != argument.Name || field.Arguments[n].Decode == nil {
			return fmt.Errorf("is bound without the argument %s", argument.Name)
		}
	}
	for _, directive := range definition.Directives {
		guarded := slices.ContainsFunc(field.Directives, func(d Directive) bool { return d.Name == directive.Name && d.Guard != nil })
		if !guarded && directive.Name != "deprecated" {
			return fmt.Errorf("has the directive @%s and no guard", directive.Name)
		}
	}
	return nil
}

// Unbound are the fields of a type that go on in gqlgen; all of the type's
// where it is not bound at all.
func (r *Registry) Unbound(schema *ast.Schema, name string) []string {
	var missing []string
	for _, definition := range schema.Types[name].Fields {
		if r.field(name+"."+definition.Name) == nil && !strings.HasPrefix(definition.Name, "__") {
			missing = append(missing, name+"."+definition.Name)
		}
	}
	return missing
}
