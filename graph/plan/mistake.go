package plan

import (
	"context"
	"errors"
	"sort"

	"github.com/99designs/gqlgen/graphql"
)

// mistake is an error, and where in the answer it is. They are told when all
// is written: should gqlgen have to do it, it tells its own.
type mistake struct {
	level    *level // nil where the plan begins
	object   int    // of the level
	selected *selected
	element  int    // of the field's list, or -1
	err      error  // of a resolver
	message  string // of ours, about null
}

// tell adds the errors to the answer, through the server's own presenter.
func (r *run) tell(ctx context.Context) {
	for _, m := range r.errors {
		at := m.place(ctx)
		if m.err == nil {
			if !r.twice || !graphql.HasFieldError(at, graphql.GetFieldContext(at)) {
				graphql.AddError(at, errors.New(m.message))
			}
			continue
		}
		r.operation.Error(at, graphql.AddFieldLocationToError(at, m.err))
	}
}

// place is the context of the field or element, as gqlgen has it there.
func (m mistake) place(root context.Context) context.Context {
	ctx := root
	if m.level != nil {
		ctx = m.level.context(root, m.object)
		ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: m.level.object.Name, Field: m.selected.collected})
	}
	if m.element >= 0 {
		ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &m.element})
	}
	return ctx
}

// context is the context of one object of a level.
func (l *level) context(root context.Context, object int) context.Context {
	n, item := l.up, object
	if l.items != nil {
		item = int(l.items[object])
	}
	// The cell that holds the item is the last that begins at or before it and is not empty.
	of := sort.Search(len(n.cells), func(at int) bool { return int(n.cells[at].end) > item })
	ctx := root
	if n.selected != nil {
		ctx = n.selected.of.context(root, of)
		ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: n.selected.of.object.Name, Field: n.selected.collected})
	}
	if n.list {
		index := item - int(n.cells[of].begin)
		ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &index})
	}
	return ctx
}
