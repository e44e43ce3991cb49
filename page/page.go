// Package page makes lists: it orders what LXD gives without order, and cuts
// pages out of it. Cursors hold the sort key of an object and not its
// position, so that inserts and deletes in between lose and repeat nothing.
package page

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// MaxSize is how many objects a page has at most, and when nothing is said.
const MaxSize = 100

// PageInfo is where a page stands.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// Edge is one object of a page.
type Edge[T any] struct {
	Node   T
	cursor func(T) string
}

// NewEdge makes an edge whose cursor is written when it is asked for: most
// callers ask for those of the ends of a page only.
func NewEdge[T any](node T, cursor func(T) string) *Edge[T] { return &Edge[T]{node, cursor} }

// Cursor is where the object stands.
func (e *Edge[T]) Cursor() string { return e.cursor(e.Node) }

// Connection is a page of a list.
type Connection[T any] struct {
	Edges      []*Edge[T]
	PageInfo   *PageInfo
	TotalCount int
	// AsOf is the moment that the list is as of: see [Args].
	AsOf time.Time
}

// Nodes are the page's objects.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, len(c.Edges))
	for n, edge := range c.Edges {
		nodes[n] = edge.Node
	}
	return nodes
}

// Span takes the page's cursors from its ends; an empty page has none.
func (c *Connection[T]) Span() {
	if len(c.Edges) > 0 {
		start, end := c.Edges[0].Cursor(), c.Edges[len(c.Edges)-1].Cursor()
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &start, &end
	}
}

// Args are the arguments of a list, as GraphQL has them.
type Args struct {
	First, Last   *int
	After, Before *string
	// Limit and Offset are the page for those who count: Limit is First.
	Limit, Offset *int
	OrderBy       *OrderBy
	Where         map[string]any
	Search        *string
	// Caller decides which configuration is looked at.
	Caller lxd.Scope
	// AsOf is when what is listed was asked for; the zero time is now.
	AsOf time.Time
	// Kept keeps a list that is not chosen from in each order that it was put
	// into, for as long as it stays the same; nil puts it in order each time.
	Kept func(order string, sort func() any) any
}

// ArgumentError says which argument of a list is wrong.
type ArgumentError struct {
	// Argument is the argument's name.
	Argument string
	// Message says what is wrong and what would be right.
	Message string
}

func (e *ArgumentError) Error() string { return e.Message }

// Order says how a list is ordered.
type Order[T any] struct {
	// Name is part of the cursors: one of another order is refused.
	Name string
	// Keys are compared one after the other; together they have to be unique.
	Keys func(T) []string
	// Descending turns the first key round; the others break ties and stay.
	Descending bool
	// Mixed lists are of objects that differ in how many keys they have.
	Mixed bool
}

// Of cuts a page out of a list that it puts in order.
func Of[T any](items []T, order Order[T], args Args) (*Connection[T], error) {
	return order.page(func() []T { return order.sort(items) }, args)
}

// page cuts a page out of a list in order.
func (o Order[T]) page(sorted func() []T, args Args) (*Connection[T], error) {
	size, err := args.size()
	if err != nil {
		return nil, err
	}
	if err := args.checkOffset(); err != nil {
		return nil, err
	}
	after, err := o.read("after", args.After)
	if err != nil {
		return nil, err
	}
	before, err := o.read("before", args.Before)
	if err != nil {
		return nil, err
	}
	items := sorted()
	if err := o.fits(items, after, before); err != nil && !o.Mixed {
		return nil, err
	}
	from, to := 0, len(items)
	if after != nil {
		from, _ = slices.BinarySearchFunc(items, after, func(item T, cursor []string) int { return cmp.Or(o.compare(o.Keys(item), cursor), -1) })
	}
	if before != nil {
		to, _ = slices.BinarySearchFunc(items, before, func(item T, cursor []string) int { return o.compare(o.Keys(item), cursor) })
		to = max(to, from)
	}
	if args.Offset != nil {
		from = min(from+*args.Offset, to)
	}
	if args.Last != nil {
		from = max(from, to-size)
	} else {
		to = min(to, from+size)
	}
	found := o.cut(items, from, to)
	if found.AsOf = args.AsOf; found.AsOf.IsZero() {
		found.AsOf = time.Now()
	}
	return found, nil
}

// size checks the arguments against each other.
func (a Args) size() (int, error) {
	if a.First != nil && a.Last != nil {
		return 0, &ArgumentError{"last", "first and last do not go together: give one of them"}
	}
	if a.Limit != nil && (a.First != nil || a.Last != nil) {
		return 0, &ArgumentError{"limit", "limit does not go with first or last: give one of them"}
	}
	for name, count := range map[string]*int{"first": a.First, "last": a.Last, "limit": a.Limit} {
		switch {
		case count == nil:
		case *count < 0 || *count > MaxSize:
			return 0, &ArgumentError{name, fmt.Sprintf("%s is %d: a page has 0 to %d objects", name, *count, MaxSize)}
		default:
			return *count, nil
		}
	}
	return MaxSize, nil
}

func (a Args) checkOffset() error {
	switch {
	case a.Offset == nil:
		return nil
	case *a.Offset < 0:
		return &ArgumentError{"offset", fmt.Sprintf("offset is %d: it has to be 0 or more", *a.Offset)}
	case a.After != nil || a.Before != nil || a.Last != nil:
		return &ArgumentError{"offset", "offset does not go with a cursor or last: give one of them"}
	}
	return nil
}

func (o Order[T]) cut(items []T, from, to int) *Connection[T] {
	page := &Connection[T]{Edges: make([]*Edge[T], to-from), TotalCount: len(items)}
	cursor := func(item T) string { return o.write(o.Keys(item)) }
	for n, item := range items[from:to] {
		page.Edges[n] = NewEdge(item, cursor)
	}
	page.PageInfo = &PageInfo{HasPreviousPage: from > 0, HasNextPage: to < len(items)}
	page.Span()
	return page
}
