package plan

import (
	"context"
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// errUnknown is why gqlgen goes on with a field itself.
var errUnknown = errors.New("not bound")

// node is a selected field whose value is objects, in one place of the answer.
type node struct {
	selected *selected // nil where the plan begins
	list     bool
	elements bool // may not be null
	nonNull  bool
	object   *Object
	kind     *Interface
	ctx      context.Context // of the field
	wanted   graphql.CollectedField

	cells  []cell // one for each object of the level that the field is of
	items  []any  // the objects of all cells, nil where one is null
	levels []*level
	places []place // where each item is; nil: all in the first level, as they come
}

// cell is what a field is for one object: the items from begin to end.
type cell struct {
	begin, end int32
	state      state
}

// state says whether a field is there, and who has told why it is not.
type state int8

const (
	present   state = iota
	nothing         // null
	nilValue        // null, as a pointer or list that is nil
	erroneous       // null, with an error of its own
)

// place is where an object is: in which of the node's levels, and its number there.
type place struct{ level, number int32 }

// level is the objects of one type in one place of the answer, with what is selected of them.
type level struct {
	up      *node
	object  *Object
	objects []any
	items   []int32 // the item that each object is; nil: they are the same
	fields  []*selected
}

// selected is a field that is selected of all objects of a level.
type selected struct {
	*Field
	of        *level
	name      string
	key       string // its name as JSON, with the colon, and the comma before it
	typename  bool
	again     bool // its name was there before: gqlgen executes it, and shows the first
	collected graphql.CollectedField
	arguments []any
	refused   error
	ctx       context.Context // nil where nothing needs it
	below     *node
	values    []any
	errs      []error
}

// level compiles a selection of an object type. What it does not know is errUnknown.
func (r *run) level(up *node, object *Object, wanted graphql.CollectedField) (*level, error) {
	collected := graphql.CollectFields(r.operation, wanted.Selections, object.Satisfies)
	l := &level{up: up, object: object, fields: make([]*selected, 0, len(collected))}
	all := make([]selected, len(collected))
	for n, field := range collected {
		if len(field.Deferrables) > 0 || !known(field.Directives) {
			return nil, fmt.Errorf("%s.%s has a directive: %w", object.Name, field.Name, errUnknown)
		}
		s := &all[n]
		*s = selected{of: l, collected: field, name: field.Name, key: `"` + field.Alias + `":`, typename: field.Name == "__typename"}
		if n > 0 {
			s.key = "," + s.key
		}
		for _, before := range l.fields {
			s.again = s.again || before.collected.Alias == field.Alias
		}
		if s.again {
			r.mutex.Lock()
			r.twice = true
			r.mutex.Unlock()
		}
		l.fields = append(l.fields, s)
		if s.typename {
			continue
		}
		if s.Field = object.byName[field.Name]; s.Field == nil {
			return nil, fmt.Errorf("%s.%s: %w", object.Name, field.Name, errUnknown)
		}
		if err := r.field(s); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (r *run) field(s *selected) error {
	if err := s.decode(r.operation.Variables); err != nil {
		return fmt.Errorf("%s.%s: %w: %w", s.of.object.Name, s.name, err, errUnknown)
	}
	if s.Resolve != nil || s.Type != "" || len(s.Directives) > 0 {
		s.ctx = graphql.WithFieldContext(s.of.up.ctx, s.context())
	}
	for _, directive := range s.Directives {
		if s.refused = directive.Guard(s.ctx); s.refused != nil {
			break
		}
	}
	if s.Type == "" {
		return nil
	}
	s.below = &node{selected: s, list: s.List, elements: s.ElementNonNull, nonNull: s.NonNull, object: s.object, kind: s.kind, ctx: s.ctx, wanted: s.collected}
	return r.below(s.below)
}

// below compiles what is selected of a field's objects; where the type is not
// known before the objects are, it waits for them.
func (r *run) below(n *node) error {
	if n.object == nil {
		if n.kind == nil {
			return errUnknown
		}
		return nil
	}
	l, err := r.level(n, n.object, n.wanted)
	n.levels = []*level{l}
	return err
}

func (s *selected) context() *graphql.FieldContext {
	fc := &graphql.FieldContext{Object: s.of.object.Name, Field: s.collected, IsMethod: true, IsResolver: s.Resolve != nil}
	if len(s.Arguments) > 0 {
		fc.Args = make(map[string]any, len(s.Arguments))
		for n, argument := range s.Arguments {
			fc.Args[argument.Name] = s.arguments[n]
		}
	}
	return fc
}

func (s *selected) decode(variables map[string]any) error {
	if len(s.Arguments) == 0 {
		return nil
	}
	given := s.collected.ArgumentMap(variables)
	s.arguments = make([]any, len(s.Arguments))
	for n, argument := range s.Arguments {
		value, err := argument.Decode(given[argument.Name])
		if err != nil {
			return err
		}
		s.arguments[n] = value
	}
	return nil
}

// known are the directives that collecting fields has seen to already.
func known(directives ast.DirectiveList) bool {
	for _, directive := range directives {
		if directive.Name != "skip" && directive.Name != "include" {
			return false
		}
	}
	return true
}
