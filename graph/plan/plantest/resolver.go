package plantest

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// Resolver resolves the fields that no method answers.
type Resolver struct {
	// Owners counts how often owners were looked for, Roots how often a root field was resolved.
	Owners, Roots atomic.Int64
}

type (
	query    struct{ *Resolver }
	mutation struct{ *Resolver }
	box      struct{ *Resolver }
	bag      struct{ *Resolver }
)

// Query, Mutation, Box and Bag are the resolvers of those types.
func (r *Resolver) Query() QueryResolver       { return query{r} }
func (r *Resolver) Mutation() MutationResolver { return mutation{r} }
func (r *Resolver) Box() BoxResolver           { return box{r} }
func (r *Resolver) Bag() BagResolver           { return bag{r} }

// Directives refuses what is closed.
func Directives() DirectiveRoot {
	return DirectiveRoot{Guarded: func(ctx context.Context, _ any, next graphql.Resolver, door Door) (any, error) {
		if door == "CLOSED" {
			return nil, errors.New("this is closed")
		}
		return next(ctx)
	}}
}

func (r query) Box(_ context.Context, n int) (*Box, error) {
	r.Roots.Add(1)
	if n == 1 {
		return nil, nil
	}
	return NewBox(n), nil
}

func (r query) Boxes(_ context.Context, from, count *int) ([]*Box, error) {
	r.Roots.Add(1)
	boxes := []*Box{}
	for n := range min(*count, 40) {
		boxes = append(boxes, NewBox(*from+n))
	}
	if *from == 4 {
		boxes = append(boxes, nil)
	}
	return boxes, nil
}

func (r query) Maybes(context.Context) ([]*Box, error) {
	r.Roots.Add(1)
	return []*Box{nil, NewBox(1), NewBox(2), nil, NewBox(9), NewBox(18), NewBox(4), NewBox(33), nil}, nil
}

func (r query) Things(context.Context) ([]Thing, error) {
	r.Roots.Add(1)
	return []Thing{NewBag(1), NewBox(9), nil, NewBox(2), NewBag(4), NewBox(6), NewBag(10), NewBox(0)}, nil
}

func (r query) Strict(context.Context) ([]Thing, error) {
	r.Roots.Add(1)
	return []Thing{NewBox(5), NewBag(2), NewBox(22)}, nil
}

func (r query) Either(context.Context) ([]Either, error) {
	r.Roots.Add(1)
	return []Either{NewBox(7), NewBox(8), NewBag(3), NewBag(5), NewBox(14)}, nil
}

func (r query) Page(context.Context) (*BoxConnection, error) {
	r.Roots.Add(1)
	page := &BoxConnection{}
	for _, n := range []int{0, 1, 3, 4, 9, 12, 19} {
		page.Edges = append(page.Edges, &BoxEdge{Cursor: strings.Repeat("c", n), Node: NewBox(n)})
	}
	return page, nil
}

func (mutation) Touch(context.Context) (*Box, error) { return NewBox(3), nil }

func (box) Bag(_ context.Context, b *Box) (*Bag, error) {
	if every(b.N, 5, 0) {
		return nil, fails("bag", b.N)
	}
	if every(b.N, 5, 3) {
		return nil, nil
	}
	return NewBag(b.N), nil
}

func (box) Bags(_ context.Context, b *Box) ([]*Bag, error) {
	if every(b.N, 9, 3) {
		return nil, fails("bags", b.N)
	}
	bags := make([]*Bag, b.N%3)
	for m := range bags {
		bags[m] = NewBag(b.N*3 + m)
	}
	if every(b.N, 10, 4) {
		bags = append(bags, nil, NewBag(1))
	}
	return bags, nil
}

func (box) Label(_ context.Context, b *Box, prefix *string, times *int, colour *Colour) (string, error) {
	if times != nil && *times > 3 {
		return "", fails("label", b.N)
	}
	text := b.Name
	if prefix != nil {
		text = *prefix + text
	}
	if times != nil && *times > 0 {
		text = strings.Repeat(text, *times)
	}
	if colour != nil {
		text += string(*colour)
	}
	return text, nil
}

func (box) Either(_ context.Context, b *Box) (Either, error) {
	switch b.N % 4 {
	case 0:
		return NewBag(b.N), nil
	case 1:
		return nil, nil
	case 2:
		return nil, fails("either", b.N)
	}
	return NewBox(b.N + 2), nil
}

func (r bag) Owner(ctx context.Context, b *Bag) (*Box, error) {
	owners, errs := r.Resolver.OwnersOf(ctx, []*Bag{b})
	return owners[0], errs[0]
}

// OwnersOf are the owners of bags: the join that both executors use.
func (r *Resolver) OwnersOf(_ context.Context, bags []*Bag) ([]*Box, []error) {
	r.Owners.Add(1)
	owners, errs := make([]*Box, len(bags)), make([]error, len(bags))
	for n, b := range bags {
		switch {
		case every(b.N, 8, 1):
			errs[n] = fails("owner", b.N)
		case !every(b.N, 4, 0):
			owners[n] = NewBox(b.N + 3)
		}
	}
	return owners, errs
}
