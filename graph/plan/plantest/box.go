// Package plantest holds plans to account: a small schema in which everything
// happens, with data of which no two neighbours are alike, and questions made at
// random from any schema. It is for tests.
package plantest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Thing is Box or Bag.
type Thing interface{ thing() }

// Either is Box or Bag.
type Either interface{ thing() }

// Colour and Door are enums.
type (
	Colour string
	Door   string
)

// Box is what has all kinds of fields. What a field is follows from N alone, so
// that both executors see the same.
type Box struct {
	N           int
	Name        string
	Text        *string
	Size        *float64
	Weight      float64
	Open        bool
	Colour      Colour
	MaybeColour *Colour
	Made        lxd.Time
	Anything    lxd.JSON
	Tags        []string
	Marks       []int
	Colours     []Colour
	Inners      []Inner
	Pure        *Bag
	MaybePure   *Bag
	Secret      *string
	Shown       string
}

// Bag is what boxes are in.
type Bag struct {
	N      int
	Name   string
	Weight *float64
}

// Inner is a value.
type Inner struct {
	X int
	Y *string
}

// BoxConnection, BoxEdge are a page.
type (
	BoxConnection struct{ Edges []*BoxEdge }
	BoxEdge       struct {
		Cursor string
		Node   *Box
	}
)

func (*Box) thing() {}
func (*Bag) thing() {}

var texts = []string{"plain", "", `"quoted" \ back`, "tab\tnew\nline\r", "\x00\x01\x1f\x7f", "snöö ☃ 𝄞", "</script>&", "\u2028\u2029"}

// every says whether something happens at n: first, in the middle, last.
func every(n, of, at int) bool { return (n%of+of)%of == at }

// NewBox makes the box of a number.
func NewBox(n int) *Box {
	b := &Box{N: n, Name: fmt.Sprintf("box-%d %s", n, texts[n%len(texts)]), Weight: float64(n) / 3, Open: n%2 == 0, Colour: []Colour{"RED", "GREEN", "BLUE"}[n%3], Shown: "shown" + strconv.Itoa(n)}
	if !every(n, 3, 1) {
		b.Text = &texts[(n+1)%len(texts)]
		size := math.Pow(10, float64(n%40-10))
		b.Size, b.Secret = &size, &texts[n%len(texts)]
		b.Made = lxd.Time{Time: time.Unix(int64(n)*86399, int64(n)*1001)}
		b.Anything = lxd.JSON(`{"n": ` + strconv.Itoa(n) + `}`)
		b.Marks = make([]int, n%4)
		for m := range b.Marks {
			b.Marks[m] = n - m*3
		}
	}
	if every(n, 2, 1) {
		b.MaybeColour = &b.Colour
		b.MaybePure = NewBag(n + 5)
	}
	for m := range n % 4 {
		b.Tags = append(b.Tags, texts[(n+m)%len(texts)])
		b.Colours = append(b.Colours, []Colour{"RED", "GREEN", "BLUE"}[m%3])
		b.Inners = append(b.Inners, Inner{X: n*10 + m, Y: b.Text})
	}
	if !every(n, 11, 6) {
		b.Pure = NewBag(n + 1)
	}
	return b
}

// NewBag makes the bag of a number.
func NewBag(n int) *Bag {
	bag := &Bag{N: n, Name: fmt.Sprintf("bag-%d %s", n, texts[(n+3)%len(texts)])}
	if every(n, 2, 0) {
		weight := float64(n) * 1e7
		bag.Weight = &weight
	}
	return bag
}

// ID, Count, Inner need nothing but the box.
func (b *Box) ID() string   { return "id-" + strconv.Itoa(b.N) }
func (b *Box) Count() int   { return -b.N }
func (b *Box) Inner() Inner { return Inner{X: b.N, Y: b.Text} }

func fails(what string, n int) error {
	return fmt.Errorf("%s of %d fails: %q", what, n, texts[n%len(texts)])
}

// Next is null, fails, or is of either kind.
func (b *Box) Next(context.Context) (Thing, error) {
	switch n := b.N; {
	case every(n, 7, 0):
		return nil, fails("next", n)
	case every(n, 5, 2):
		return nil, nil
	case n%2 == 0:
		return NewBag(n + 2), nil
	default:
		return NewBox(n + 3), nil
	}
}

// Must may not be null, and is at times.
func (b *Box) Must(context.Context) (*Bag, error) {
	switch n := b.N; {
	case every(n, 9, 0):
		return nil, fails("must", n)
	case every(n, 9, 5):
		return nil, nil
	}
	return NewBag(b.N + 4), nil
}

// MaybeBags is nil, empty, or has elements that are nil.
func (b *Box) MaybeBags() []*Bag {
	if every(b.N, 4, 3) {
		return nil
	}
	bags := make([]*Bag, b.N%5)
	for m := range bags {
		if m != b.N%3 {
			bags[m] = NewBag(b.N + m)
		}
	}
	return bags
}

// Strict has an element that is nil at times: the first, one in the middle, the last.
func (b *Box) Strict(context.Context) ([]*Bag, error) {
	if every(b.N, 8, 7) {
		return nil, errors.New("strict fails")
	}
	bags := []*Bag{NewBag(b.N), NewBag(b.N + 1), NewBag(b.N + 2)}
	if b.N%4 < 3 && b.N%5 == 0 {
		bags[b.N%4] = nil
	}
	return bags, nil
}

// Things are of both kinds, at times with nil.
func (b *Box) Things() []Thing {
	things := []Thing{}
	for m := range b.N % 4 {
		switch {
		case every(b.N, 10, 7) && m == b.N/10%3:
			things = append(things, nil)
		case (b.N+m)%2 == 0:
			things = append(things, NewBox(b.N+m+1))
		default:
			things = append(things, NewBag(b.N+m))
		}
	}
	return things
}

// MaybeLabel has an argument, and fails at times.
func (b *Box) MaybeLabel(_ context.Context, times int) (*string, error) {
	if every(b.N+times, 4, 2) {
		return nil, fails("maybeLabel", b.N)
	}
	if every(b.N, 3, 0) {
		return nil, nil
	}
	text := strings.Repeat(b.Name, max(0, min(times, 3)))
	return &text, nil
}

// SecretBag is never read.
func (b *Box) SecretBag() *Bag { panic("a field that is refused was read") }

// Next of a bag is a box, or null.
func (b *Bag) Next() Thing {
	if every(b.N, 3, 0) {
		return nil
	}
	return NewBox(b.N + 1)
}

// Box fails for some.
func (b *Bag) Box(context.Context) (*Box, error) {
	if every(b.N, 6, 4) {
		return nil, fails("box", b.N)
	}
	return NewBox(b.N * 2), nil
}

// Boxes are some, and at times one of them is nil.
func (b *Bag) Boxes(count *int) []*Box {
	many := b.N % 4
	if count != nil {
		many = max(0, min(*count, 5))
	}
	var boxes []*Box
	for m := range many {
		boxes = append(boxes, NewBox(b.N+m))
	}
	if every(b.N, 7, 3) && many > 0 {
		boxes[b.N/7%many] = nil
	}
	return boxes
}

// Box, Bag of a value.
func (i *Inner) Box() *Box {
	if i.X%3 == 0 {
		return nil
	}
	return NewBox(i.X + 1)
}

// Bag of a value is nil at times.
func (i *Inner) Bag() *Bag {
	if i.X%13 == 12 {
		return nil
	}
	return NewBag(i.X)
}

// Nodes and Total are the page's.
func (c *BoxConnection) Nodes() []*Box {
	nodes := []*Box{}
	for _, edge := range c.Edges {
		nodes = append(nodes, edge.Node)
	}
	return nodes
}

// Total is how many there are.
func (c *BoxConnection) Total() int { return len(c.Edges) }

// Required may not be null, and is at times.
func (b *Box) Required(context.Context) (*string, error) {
	if every(b.N, 12, 3) {
		return nil, nil
	}
	if every(b.N, 12, 8) {
		return nil, fails("required", b.N)
	}
	return &b.Name, nil
}

// Sure may not be null, and is at times, as an interface.
func (b *Box) Sure(context.Context) (Thing, error) {
	if every(b.N, 5, 4) {
		return nil, nil
	}
	return NewBag(b.N + 6), nil
}
