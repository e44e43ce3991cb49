package page

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// plain reduces a value to what can be compared: a string, a float64, a bool,
// a moment, or nil. It goes through pointers and named types, which GraphQL's
// arguments are full of.
func plain(value any) any {
	switch known := value.(type) {
	case nil:
		return nil
	case string:
		return known
	case lxd.Time:
		if known.IsZero() {
			return nil
		}
		return moment(known.Time)
	case time.Time:
		return moment(known)
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem().Interface())
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(v.Int())
	case reflect.Float32, reflect.Float64:
		return v.Float()
	}
	return nil
}

// moment is a time as a text that has the order of the time.

func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000") }

// compare orders two values of one kind.
func compare(a, b any) int {
	switch left := a.(type) {
	case string:
		right, _ := b.(string)
		return cmp.Compare(left, right)
	case float64:
		right, _ := b.(float64)
		return cmp.Compare(left, right)
	}
	return 0
}

// anyOf reports whether a predicate holds for one element of an argument that
// is a list; null is no condition.
func anyOf(list any, holds func(any) bool) bool {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice || v.IsNil() {
		return true
	}
	for n := range v.Len() {
		if holds(plain(v.Index(n).Interface())) {
			return true
		}
	}
	return false
}

// sortable is a text whose order is that of the value; no value comes first.
func sortable(value any) string {
	switch known := plain(value).(type) {
	case string:
		return known
	case bool:
		return fmt.Sprint(known)
	case float64:
		bits := math.Float64bits(known)
		if bits>>63 != 0 {
			bits = ^bits
		} else {
			bits |= 1 << 63
		}
		return fmt.Sprintf("%016x", bits)
	}
	return ""
}
