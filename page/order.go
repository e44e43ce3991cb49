package page

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// entry is an object with its keys, which are made once.
type entry[T any] struct {
	keys []string
	node T
}

// sort makes a list that is in order.
func (o Order[T]) sort(items []T) []T {
	keyed := make([]entry[T], len(items))
	for n, item := range items {
		keyed[n] = entry[T]{o.Keys(item), item}
	}
	slices.SortFunc(keyed, func(a, b entry[T]) int { return o.compare(a.keys, b.keys) })
	sorted := make([]T, len(keyed))
	for n := range keyed {
		sorted[n] = keyed[n].node
	}
	return sorted
}

func (o Order[T]) compare(a, b []string) int {
	for n := range min(len(a), len(b)) {
		if order := strings.Compare(a[n], b[n]); order != 0 {
			if n == 0 && o.Descending {
				return -order
			}
			return order
		}
	}
	return len(a) - len(b)
}

func (o Order[T]) write(keys []string) string {
	data, err := json.Marshal(append([]string{o.direction()}, keys...))
	if err != nil { // strings always marshal
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// read gives a cursor's keys; nil for no cursor.
func (o Order[T]) read(argument string, cursor *string) ([]string, error) {
	if cursor == nil {
		return nil, nil
	}
	var keys []string
	data, err := base64.RawURLEncoding.DecodeString(*cursor)
	if err != nil || json.Unmarshal(data, &keys) != nil || len(keys) < 2 {
		return nil, &ArgumentError{argument, "this is not a cursor: take cursors from pageInfo or edges of the same list"}
	}
	if keys[0] != o.direction() {
		return nil, &ArgumentError{argument, "this cursor is of a list in another order: start again from the first page"}
	}
	return keys[1:], nil
}

// fits refuses cursors of a list of another kind, as far as their keys are
// others: they would cut a page anywhere.
func (o Order[T]) fits(items []T, after, before []string) error {
	for argument, cursor := range map[string][]string{"after": after, "before": before} {
		if cursor != nil && len(items) > 0 && len(cursor) != len(o.Keys(items[0])) {
			return &ArgumentError{argument, "this cursor is of another list: take cursors from pageInfo or edges of the same list"}
		}
	}
	return nil
}

func (o Order[T]) direction() string {
	if o.Descending {
		return o.Name + "-"
	}
	return o.Name
}
