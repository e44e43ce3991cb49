package page

import (
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// Kind says what objects of one type can be ordered, chosen and found by. It
// is a table, so that a new kind of list is data and not code.
type Kind[T any] struct {
	// Key orders a list when nothing else is asked for, and breaks ties; it is
	// unique in the list: project, then name.
	Key func(T) []string
	// Values are what orderBy and where look at, by the name that where has for
	// it, nested ones with a dot: "state.memoryUsageBytes". A value is a string
	// of any named type, a number, a bool, a Time, a pointer to one of them, Any
	// or Tags; nil is no value.
	Values map[string]func(T) any
	// Config is the configuration that the caller may see; nil where there is none.
	Config func(T, lxd.Scope) lxd.StringMap
	// Texts are what search looks through beside the configuration's user.*; the
	// first is the name.
	Texts func(T) []string
}

// Any is a value that is several: a condition holds when it holds for one of them.
type Any []string

// Tags are a value whose condition "contains" means one whole tag.
type Tags []string

// Direction is the direction of a list.
type Direction string

// The directions.
const (
	Ascending  Direction = "ASC"
	Descending Direction = "DESC"
)

// OrderDirection is what GraphQL calls a Direction.
type OrderDirection = Direction

// OrderBy is how to order a list: by one of the kind's values, under the name
// that GraphQL's enum has for it.
type OrderBy struct {
	Field     string
	Direction *Direction
}

// order makes the order that the arguments ask for.
func (k Kind[T]) order(by *OrderBy) Order[T] {
	if by == nil {
		return Order[T]{Name: "KEY", Keys: k.Key}
	}
	order := Order[T]{Name: by.Field, Descending: by.Direction != nil && *by.Direction == Descending}
	value := k.value(camel(by.Field))
	order.Keys = func(item T) []string { return append([]string{sortable(value(item))}, k.Key(item)...) }
	return order
}

// value finds a value by its own name, without what it is nested in.
func (k Kind[T]) value(name string) func(T) any {
	for known, value := range k.Values {
		if known == name || strings.HasSuffix(known, "."+name) {
			return value
		}
	}
	return nil
}

// Orders reports whether a list can be ordered by what GraphQL's enum calls field.
func (k Kind[T]) Orders(field string) bool { return k.value(camel(field)) != nil }

// Chooses reports whether a condition can look at a name, nested ones with a dot.
func (k Kind[T]) Chooses(name string) bool {
	return k.Values[name] != nil || (name == "config" && k.Config != nil)
}

// camel turns an enum's CREATED_AT into where's createdAt.
func camel(name string) string {
	words := strings.Split(strings.ToLower(name), "_")
	for n, word := range words[1:] {
		words[n+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// List chooses, orders and cuts a page.
func (k Kind[T]) List(items []T, args Args) (*Connection[T], error) {
	order := k.order(args.OrderBy)
	if args.Kept == nil || args.Where != nil || args.Search != nil {
		return Of(k.choose(items, args), order, args)
	}
	return order.page(func() []T {
		return args.Kept(order.direction(), func() any { return order.sort(items) }).([]T)
	}, args)
}

func (k Kind[T]) choose(items []T, args Args) []T {
	chosen := make([]T, 0, len(items))
	for _, item := range items {
		if k.Matches(item, args.Where, args.Caller) && (args.Search == nil || k.Score(item, *args.Search, args.Caller) > 0) {
			chosen = append(chosen, item)
		}
	}
	return chosen
}
