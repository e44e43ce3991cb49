package plan

import (
	"context"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
)

// One appends the object of a pointer.
func One[T any](value any, objects []any) ([]any, bool) {
	object := value.(*T)
	if object == nil {
		return objects, false
	}
	return append(objects, object), true
}

// Value appends the object of a value that is no pointer.
func Value[T any](value any, objects []any) ([]any, bool) {
	object := value.(T)
	return append(objects, &object), true
}

// Any appends an object that says itself what it is.
func Any(value any, objects []any) ([]any, bool) { return append(objects, value), true }

// Pointers appends the objects of a list; a list that is nil is null where null is allowed.
func Pointers[T any](value any, objects []any) ([]any, bool) {
	list := value.([]*T)
	for _, object := range list {
		if object == nil {
			objects = append(objects, nil)
		} else {
			objects = append(objects, object)
		}
	}
	return objects, list != nil
}

// Values appends the objects of a list of values.
func Values[T any](value any, objects []any) ([]any, bool) {
	list := value.([]T)
	for n := range list {
		objects = append(objects, &list[n])
	}
	return objects, list != nil
}

// Interfaces appends the objects of a list of objects that say what they are.
func Interfaces[T any](value any, objects []any) ([]any, bool) {
	list := value.([]T)
	for _, object := range list {
		objects = append(objects, object)
	}
	return objects, list != nil
}

// Pointer is the type of an object's values.
func Pointer[T any]() reflect.Type { return reflect.TypeFor[*T]() }

// Argument decoders.

// Given decodes an argument that is always there, or has no null.
func Given[T any](name string, decode func(any) (T, error)) Argument {
	return Argument{name, func(given any) (any, error) {
		if given == nil {
			var none T
			return none, nil
		}
		return decode(given)
	}}
}

// Optional decodes an argument that may be null.
func Optional[T any](name string, decode func(any) (T, error)) Argument {
	return Argument{name, func(given any) (any, error) {
		if given == nil {
			return (*T)(nil), nil
		}
		value, err := decode(given)
		return &value, err
	}}
}

// Text decodes an argument of a type that is a string in Go.
func Text[T ~string](decode func(any) (string, error)) func(any) (T, error) {
	return func(given any) (T, error) {
		text, err := decode(given)
		return T(text), err
	}
}

// Unmarshal decodes an argument of a type that reads itself.
func Unmarshal[T any, P interface {
	*T
	graphql.Unmarshaler
}](given any) (T, error) {
	var value T
	err := P(&value).UnmarshalGQL(given)
	return value, err
}

// Passed is what a guard's directive goes on to.
func Passed(context.Context) (any, error) { return nil, nil }
