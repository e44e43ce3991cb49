package plan

import (
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// run is one value on its way to bytes.
type run struct {
	registry  *Registry
	operation *graphql.OperationContext
	writer    *Writer

	mutex  sync.Mutex // of what follows
	failed error      // gqlgen has to do it
	errors []mistake
	twice  bool // some field was collected twice under one name
}

// fail remembers why gqlgen has to do it.
func (r *run) fail(err error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.failed == nil {
		r.failed = err
	}
}

// guarded makes a panic a reason for gqlgen to do it: there it is told as ever.
func (r *run) guarded(do func()) {
	defer func() {
		if panicked := recover(); panicked != nil {
			r.fail(&panicError{panicked})
		}
	}()
	do()
}

type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprint("panic: ", e.value) }

// begin takes the value that a field was resolved to.
func (r *run) begin(root *node, value any, expand func(any, []any) ([]any, bool)) {
	root.cells = make([]cell, 1)
	items, there := expand(value, nil)
	root.items = items
	root.cells[0] = cell{end: int32(len(items)), state: shape(there, root)}
	r.descend(root)
}

// shape is what a value is that is there or not: a list that is nil is empty
// where the schema does not allow null.
func shape(there bool, n *node) state {
	if there || n.list && n.nonNull {
		return present
	}
	return nilValue
}

// descend puts the items of a node into their levels and fetches those.
func (r *run) descend(n *node) {
	if n.object != nil {
		r.place(n)
	} else {
		r.divide(n)
	}
	for _, l := range n.levels {
		if len(l.objects) > 0 {
			r.fetch(l)
		}
	}
}

// place is for items of one type: those that are nil are left out.
func (r *run) place(n *node) {
	l := n.levels[0]
	l.objects = n.items
	for at, item := range n.items {
		if item == nil {
			n.places, l.objects = make([]place, len(n.items)), append([]any(nil), n.items[:at]...)
			break
		}
	}
	if n.places == nil {
		return
	}
	l.objects = l.objects[:0]
	for at, item := range n.items {
		n.places[at] = place{-1, -1}
		if item != nil {
			n.places[at] = place{0, int32(len(l.objects))}
			l.objects = append(l.objects, item)
			l.items = append(l.items, int32(at))
		}
	}
}

// divide is for items of several types: each type has a level.
func (r *run) divide(n *node) {
	n.places = make([]place, len(n.items))
	for at, item := range n.items {
		n.places[at] = place{-1, -1}
		if item == nil {
			continue
		}
		kind := reflect.TypeOf(item)
		number := slices.IndexFunc(n.levels, func(l *level) bool { return l.object.Go == kind }) // there are few
		if number < 0 {
			object := n.kind.byGo[kind]
			if object == nil {
				r.fail(fmt.Errorf("%s is a %s: %w", n.kind.Name, kind, errUnknown))
				return
			}
			l, err := r.level(n, object, n.wanted)
			if err != nil {
				r.fail(err)
				return
			}
			number = len(n.levels)
			n.levels = append(n.levels, l)
		}
		if reflect.ValueOf(item).IsNil() {
			r.fail(fmt.Errorf("a nil %s: %w", kind, errUnknown))
			return
		}
		l := n.levels[number]
		n.places[at] = place{int32(number), int32(len(l.objects))}
		l.objects = append(l.objects, item)
		l.items = append(l.items, int32(at))
	}
}

// fetch fetches the fields of a level: those that wait for somebody side by
// side, as gqlgen does it, and the others meanwhile.
func (r *run) fetch(l *level) {
	var waiting sync.WaitGroup
	defer waiting.Wait()
	for _, field := range l.fields {
		if field.Field != nil && field.Resolve != nil && !field.Direct && field.refused == nil {
			waiting.Go(func() { r.guarded(func() { r.fetchField(field) }) })
		}
	}
	for _, field := range l.fields {
		if field.Field != nil && (field.Resolve == nil || field.Direct) && field.refused == nil && field.Leaf == nil {
			r.fetchField(field)
		}
	}
}

func (r *run) fetchField(s *selected) {
	switch {
	case s.Get != nil:
	case s.Join != nil:
		s.values, s.errs = s.Join(s.ctx, s.of.objects, s.arguments)
		if len(s.values) != len(s.of.objects) || s.errs != nil && len(s.errs) != len(s.values) {
			panic(fmt.Sprintf("the join of %s.%s answered %d of %d", s.of.object.Name, s.name, len(s.values), len(s.of.objects)))
		}
	case s.Direct:
		s.alloc()
		for n := range s.values {
			s.one(n)
		}
	default:
		s.alloc()
		var waiting sync.WaitGroup
		for n, object := range s.of.objects {
			one := func() { r.guarded(func() { s.one(n) }) }
			if s.Held != nil && s.Held(s.ctx, object) {
				one()
			} else {
				waiting.Go(one)
			}
		}
		waiting.Wait()
	}
	r.mistakes(s)
	if s.below != nil {
		r.expand(s)
	}
}

func (s *selected) alloc() {
	s.values, s.errs = make([]any, len(s.of.objects)), make([]error, len(s.of.objects))
}

func (s *selected) one(n int) {
	s.values[n], s.errs[n] = s.Resolve(s.ctx, s.of.objects[n], s.arguments)
}

// expand makes items of the values of a field, and goes on with them.
func (r *run) expand(s *selected) {
	n := s.below
	n.cells = make([]cell, len(s.of.objects))
	n.items = make([]any, 0, len(s.of.objects))
	for at, object := range s.of.objects {
		c := cell{begin: int32(len(n.items))}
		switch {
		case s.err(at) != nil:
			c.state = erroneous
		default:
			value := any(nil)
			if s.Get != nil {
				value = s.Get(object)
			} else {
				value = s.values[at]
			}
			there := false
			if value == nil {
				c.state = nothing
				break
			}
			n.items, there = s.Expand(value, n.items)
			c.state = shape(there, n)
		}
		c.end = int32(len(n.items))
		n.cells[at] = c
	}
	r.descend(n)
}

// err is the error of the field of one object.
func (s *selected) err(n int) error {
	if s.errs == nil {
		return nil
	}
	return s.errs[n]
}

// mistakes tells the errors that fetching met.
func (r *run) mistakes(s *selected) {
	for n, err := range s.errs {
		if err != nil {
			r.mistake(mistake{level: s.of, object: n, selected: s, element: -1, err: err})
		}
	}
}

func (r *run) mistake(m mistake) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.errors = append(r.errors, m)
}
