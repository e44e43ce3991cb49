package main

import (
	"fmt"
	"go/types"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

// leaf writes the statements that write v, as gqlgen's marshal function does it.
func (s *source) leaf(ref *config.TypeReference) error {
	if ref.IsPtrToSlice() || ref.IsPtrToIntf() || ref.IsPtrToPtr() || ref.IsOmittable {
		return fmt.Errorf("%s is not bound", ref.GO)
	}
	if !ref.IsSlice() {
		return s.one(ref)
	}
	if !ref.GQL.NonNull {
		s.printf("if v == nil { return false }\n")
	}
	element := ref.Elem()
	if element.IsNilable() && !element.IsMarshaler {
		return fmt.Errorf("a list of elements that may be null (%s) is not bound", ref.GO)
	}
	s.printf("w.Byte('[')\nfor n, v := range v {\nif n > 0 { w.Byte(',') }\n")
	call, err := s.written(element)
	if err != nil {
		return err
	}
	s.printf("%s\n}\nw.Byte(']')\nreturn true\n", call)
	return nil
}

func (s *source) one(ref *config.TypeReference) error {
	if ref.IsNilable() {
		s.printf("if v == nil { return false }\n")
	}
	call, err := s.written(ref)
	if err != nil {
		return err
	}
	if ref.IsMarshaler {
		call += "\nreturn true"
	} else {
		call = "return " + call
	}
	s.printf("%s\n", call)
	return nil
}

// written is the expression that writes v, which is not nil.
func (s *source) written(ref *config.TypeReference) (string, error) {
	if ref.IsMarshaler {
		if ref.IsContext {
			return "", fmt.Errorf("%s writes with a context, which is not bound", ref.GO)
		}
		if s.ref(ref.GO) == "lxd.Time" {
			return "w.Time(v.Time)", nil
		}
		return "v.MarshalGQL(w)", nil
	}
	if ref.Marshaler == nil || ref.HasEnumValues() {
		return "", fmt.Errorf("nothing writes %s", ref.GO)
	}
	v := "v"
	if ref.IsTargetNilable() && !ref.IsNilable() {
		v = "&v"
	} else if !ref.IsTargetNilable() && ref.IsNilable() {
		v = "*v"
	}
	if ref.CastType != nil {
		v = fmt.Sprintf("%s(%s)", s.ref(ref.CastType), v)
	}
	switch ref.Marshaler.FullName() {
	case "github.com/99designs/gqlgen/graphql.MarshalString", "github.com/99designs/gqlgen/graphql.MarshalID":
		return "w.String(" + v + ")", nil
	case "github.com/99designs/gqlgen/graphql.MarshalInt", "github.com/99designs/gqlgen/graphql.MarshalInt32":
		return "w.Int(int64(" + v + "))", nil
	case "github.com/99designs/gqlgen/graphql.MarshalInt64":
		return "w.Int(" + v + ")", nil
	case "github.com/99designs/gqlgen/graphql.MarshalBoolean":
		return "w.Bool(" + v + ")", nil
	case "github.com/99designs/gqlgen/graphql.MarshalFloatContext":
		return "w.Float(" + v + ")", nil
	}
	if ref.IsContext {
		return "", fmt.Errorf("%s is not bound", ref.Marshaler.FullName())
	}
	function := s.use(ref.Marshaler.Pkg().Path(), ref.Marshaler.Pkg().Name()) + "." + ref.Marshaler.Name()
	return "w.Marshal(" + function + "(" + v + "))", nil
}

// expand is how a value becomes objects.
func (s *source) expand(ref *config.TypeReference) (string, error) {
	abstract := ref.Definition.IsAbstractType()
	switch t := types.Unalias(ref.GO).(type) {
	case *types.Pointer:
		if !abstract {
			return "plan.One[" + s.ref(t.Elem()) + "]", nil
		}
	case *types.Slice:
		element := types.Unalias(t.Elem())
		if pointer, is := element.(*types.Pointer); is {
			return "plan.Pointers[" + s.ref(pointer.Elem()) + "]", nil
		}
		if types.IsInterface(element) {
			return "plan.Interfaces[" + s.ref(element) + "]", nil
		}
		if !abstract {
			return "plan.Values[" + s.ref(element) + "]", nil
		}
	default:
		if types.IsInterface(t) {
			return "plan.Any", nil
		}
		if !abstract {
			return "plan.Value[" + s.ref(ref.GO) + "]", nil
		}
	}
	return "", fmt.Errorf("objects of %s are not bound", ref.GO)
}

func (s *source) arguments(field *codegen.Field) error {
	if len(field.Args) == 0 {
		return nil
	}
	s.printf(", Arguments: []plan.Argument{")
	for _, argument := range field.Args {
		ref, how := argument.TypeReference, "Given"
		if ref.IsPtr() {
			ref, how = ref.Elem(), "Optional"
		}
		decode := ""
		switch {
		case ref.IsSlice() || ref.IsContext || ref.HasEnumValues():
		case ref.IsMarshaler:
			decode = "plan.Unmarshal[" + s.ref(ref.GO) + "]"
		case ref.Unmarshaler != nil:
			decode = s.use(ref.Unmarshaler.Pkg().Path(), ref.Unmarshaler.Pkg().Name()) + "." + ref.Unmarshaler.Name()
			if ref.CastType != nil {
				decode = "plan.Text[" + s.ref(ref.GO) + "](" + decode + ")"
			}
		}
		if decode == "" {
			return fmt.Errorf("the argument %s of type %s is not bound", argument.Name, argument.TypeReference.GO)
		}
		s.printf("plan.%s(%q, %s),", how, argument.Name, decode)
	}
	s.printf("}")
	return nil
}
