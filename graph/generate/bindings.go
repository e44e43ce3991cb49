package main

import (
	"fmt"
	"go/types"
	"sort"
	"strings"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"
)

// bindings is a plugin of gqlgen's that writes the bindings of the plan.
type bindings struct{ file string }

// Name is the plugin's.
func (bindings) Name() string { return "bindings" }

// GenerateCode writes a binding for each field of each object type but the
// roots: what is asked there is resolved by gqlgen.
func (b bindings) GenerateCode(data *codegen.Data) error {
	s := &source{imports: map[string]string{
		"context": "context", "github.com/99designs/gqlgen/graphql": "graphql",
		data.Config.Exec.ImportPath(): data.Config.Exec.Package, "github.com/lxdql/lxdql/graph/plan": "plan",
	}, exec: data.Config.Exec.Package}
	var names []string
	for _, object := range data.Objects {
		if object.Root || strings.HasPrefix(object.Name, "__") {
			continue
		}
		if err := s.object(object); err != nil {
			return err
		}
		names = append(names, object.Name)
	}
	s.printf("// Objects binds the object types.\nfunc Objects(r %[1]s.ResolverRoot, d %[1]s.DirectiveRoot) []*plan.Object {\nreturn []*plan.Object{\n", s.exec)
	for _, name := range names {
		s.printf("bind%s(r, d),\n", name)
	}
	s.printf("}\n}\n\n// Interfaces binds the interfaces and unions.\nfunc Interfaces() []*plan.Interface {\nreturn []*plan.Interface{\n")
	var kinds []string
	for name, definition := range data.Schema.Types {
		if definition.IsAbstractType() {
			kinds = append(kinds, name)
		}
	}
	sort.Strings(kinds)
	for _, name := range kinds {
		s.printf("{Name: %q, Possible: []string{", name)
		var possible []string
		for _, definition := range data.Schema.GetPossibleTypes(data.Schema.Types[name]) {
			possible = append(possible, definition.Name)
		}
		sort.Strings(possible)
		for _, one := range possible {
			s.printf("%q,", one)
		}
		s.printf("}},\n")
	}
	s.printf("}\n}\n")
	return s.save(b.file)
}

func (s *source) object(object *codegen.Object) error {
	pointer, isPointer := object.Reference().(*types.Pointer)
	if !isPointer {
		return fmt.Errorf("%s is a %s, and only pointers are bound", object.Name, object.Reference())
	}
	s.printf("func bind%s(r %[2]s.ResolverRoot, d %[2]s.DirectiveRoot) *plan.Object {\n", object.Name, s.exec)
	if object.HasResolvers() {
		s.printf("resolver := r.%s()\n", templates.UcFirst(object.Name))
	}
	s.printf("return &plan.Object{Name: %q, Satisfies: %s, Go: plan.Pointer[%s](), Fields: []*plan.Field{\n", object.Name, object.Implementors(), s.ref(pointer.Elem()))
	for _, field := range object.Fields {
		before := s.Len()
		if err := s.field(object, field); err != nil {
			s.Truncate(before)
			s.printf("// %s is gqlgen's: %s.\n", field.Name, err)
		}
	}
	s.printf("}}\n}\n\n")
	return nil
}

func (s *source) field(object *codegen.Object, field *codegen.Field) error {
	kind, reference := field.TypeReference.GQL, s.ref(object.Reference())
	composite := field.TypeReference.Definition.IsCompositeType()
	s.printf("{Name: %q", field.Name)
	if kind.NonNull {
		s.printf(", NonNull: true")
	}
	if kind.Elem != nil {
		s.printf(", List: true")
		if kind.Elem.NonNull {
			s.printf(", ElementNonNull: true")
		}
		if kind.Elem.Elem != nil {
			return fmt.Errorf("a list of lists is not bound")
		}
	}
	if composite {
		s.printf(", Type: %q", kind.Name())
	}
	if err := s.arguments(field); err != nil {
		return err
	}
	if err := s.directives(field); err != nil {
		return err
	}
	call, simple, err := access(field)
	if err != nil {
		return err
	}
	receiver := "resolver"
	if !field.IsResolver {
		receiver = fmt.Sprintf("object.(%s)", reference)
	}
	call = receiver + "." + call
	switch {
	case simple && composite:
		s.printf(", Get: func(object any) any { return %s }", call)
	case simple:
		s.printf(", Leaf: func(w *plan.Writer, object any) bool {\nv := %s\n", call)
		if err := s.leaf(field.TypeReference); err != nil {
			return err
		}
		s.printf("}")
	default:
		given := "object.(" + reference + ")"
		s.printf(", Resolve: func(ctx context.Context, object any, arguments []any) (any, error) { ")
		s.printf("%s }", s.resolve(field, strings.ReplaceAll(call, "GIVEN", given)))
	}
	if composite {
		expand, err := s.expand(field.TypeReference)
		if err != nil {
			return err
		}
		s.printf(", Expand: %s", expand)
	} else if !simple {
		s.printf(", Encode: func(w *plan.Writer, value any) bool {\nv := value.(%s)\n", s.ref(field.TypeReference.GO))
		if err := s.leaf(field.TypeReference); err != nil {
			return err
		}
		s.printf("}")
	}
	s.printf("},\n")
	return nil
}

// access is how a field is read, and whether that needs nothing but the object.
func access(field *codegen.Field) (call string, simple bool, err error) {
	switch {
	case field.HasHaser || field.IsMap() || field.IsBatch() || field.Stream:
		return "", false, fmt.Errorf("is of a kind that is not bound")
	case field.IsVariable() && !field.IsResolver:
		return field.GoFieldName, true, nil
	}
	var given []string
	if field.IsResolver {
		given = append(given, "ctx", "GIVEN")
	} else if field.MethodHasContext {
		given = append(given, "ctx")
	}
	for n := range field.Args {
		given = append(given, fmt.Sprintf("ARGUMENT%d", n))
	}
	call = field.GoFieldName + "(" + strings.Join(given, ", ") + ")"
	return call, len(given) == 0 && field.NoErr && !field.VOkFunc, nil
}

// resolve is the body of Resolve.
func (s *source) resolve(field *codegen.Field, call string) string {
	for n, argument := range field.Args {
		call = strings.ReplaceAll(call, fmt.Sprintf("ARGUMENT%d", n), fmt.Sprintf("arguments[%d].(%s)", n, s.ref(argument.TypeReference.GO)))
	}
	switch {
	case field.IsResolver:
		return "return " + call
	case field.VOkFunc:
		return "v, ok := " + call + "\nif !ok { return nil, nil }\nreturn v, nil"
	case field.NoErr:
		return "return " + call + ", nil"
	}
	return "return " + call
}

// directives writes the guards. One that is not known here is written without,
// so that the check at the start refuses it.
func (s *source) directives(field *codegen.Field) error {
	guarded := field.ImplDirectives()
	if len(guarded) == 0 {
		return nil
	}
	s.printf(", Directives: []plan.Directive{")
	for _, directive := range guarded {
		if !directive.IsLocation(ast.LocationFieldDefinition) {
			continue
		}
		arguments := ""
		for _, argument := range directive.Args {
			value, err := s.constant(argument)
			if err != nil {
				return err
			}
			arguments += ", " + value
		}
		s.printf("{Name: %q, Guard: func(ctx context.Context) error {\n_, err := d.%s(ctx, nil, plan.Passed%s)\nreturn err }},", directive.Name, templates.UcFirst(directive.Name), arguments)
	}
	s.printf("}")
	return nil
}

func (s *source) constant(argument *codegen.FieldArgument) (string, error) {
	text, isText := argument.Value.(string)
	if !isText {
		return "", fmt.Errorf("the directive's argument %s is a %T, which is not bound", argument.Name, argument.Value)
	}
	return fmt.Sprintf("%s(%q)", s.ref(argument.TypeReference.GO), text), nil
}
