package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lxdql/lxdql/page"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	// mostCost bounds what a question may come to, in fields: two pages of 100 inside each
	// other with 50 fields each are half of it, and three of them are too much.
	mostCost = 1_000_000
	// ofList is how long a list is taken to be that is no page.
	ofList = 5
	// ofUsers is how long a list of users is taken to be, which has no bound, and
	// ofTheirs one inside another, which is too much whatever is asked of it.
	ofUsers, ofTheirs = 100, mostCost / 100
	// shallow is how deep lists of objects may be in each other until they are taken
	// to be ofDeep long: who goes further goes in a circle.
	shallow, ofDeep = 2, 200
	// ofSchema and ofType are what the schema itself comes to, and one type of it,
	// whatever is asked of them: an answer of 350 KB for __schema, in some 30 ms.
	ofSchema, ofType = mostCost / 50, mostCost / 500
	// ofElement is what an element of a list among the arguments comes to: it is
	// looked at for each object.
	ofElement = 10
)

// complexity refuses a question whose answer could be too large. Edges go in
// both directions, so that a short question can ask for the estate times itself.
type complexity struct {
	schema *ast.Schema
}

var _ graphql.OperationContextMutator = (*complexity)(nil)

// ExtensionName is the name that gqlgen knows it by.
func (*complexity) ExtensionName() string { return "Complexity" }

// Validate keeps the schema, which tells what an object is.
func (c *complexity) Validate(executable graphql.ExecutableSchema) error {
	c.schema = executable.Schema()
	return nil
}

// MutateOperationContext refuses; it changes nothing.
func (c *complexity) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	counted := &cost{schema: c.schema, variables: operation.Variables, fragments: map[spread]int{}, elements: map[string]int{}}
	requested := counted.of(operation.Operation.SelectionSet)
	operation.Stats.SetExtension("cost", map[string]any{"requested": requested, "limit": mostCost})
	if requested <= mostCost {
		return nil
	}
	refusal := gqlerror.Errorf("this question could have an answer of %d fields, and %d are served at once: ask for fewer with first, or in parts", requested, mostCost)
	refusal.Extensions = map[string]any{"code": "QUERY_TOO_COMPLEX", "cost": requested, "limit": mostCost}
	return refusal
}

// cost counts fields as often as they could be in the answer.
type cost struct {
	schema    *ast.Schema
	variables map[string]any
	fragments map[spread]int // counted once: they may be spread many times
	elements  map[string]int // of the variables, counted once too
	place
}

// place is what the fields that are counted are inside of.
type place struct {
	users bool // of other objects
	lists int  // of objects, no more than shallow
}

// spread is a fragment where it is spread.
type spread struct {
	*ast.FragmentDefinition
	place
}

func (c *cost) of(selections ast.SelectionSet) int {
	sum := 0
	for _, selection := range selections {
		switch selected := selection.(type) {
		case *ast.Field:
			sum += c.field(selected)
		case *ast.InlineFragment:
			sum += c.of(selected.SelectionSet)
		case *ast.FragmentSpread:
			sum += c.fragment(selected.Definition)
		}
		sum = min(sum, 1<<40) // far beyond any limit, and far from an overflow
	}
	return sum
}

func (c *cost) fragment(definition *ast.FragmentDefinition) int {
	here := spread{definition, c.place}
	if known, ok := c.fragments[here]; ok {
		return known
	}
	c.fragments[here] = 0 // a cycle was refused before
	c.fragments[here] = c.of(definition.SelectionSet)
	return c.fragments[here]
}

func (c *cost) field(field *ast.Field) int {
	switch {
	case field.Name == "__schema":
		return ofSchema
	case field.Name == "__type":
		return ofType
	case field.Definition == nil || strings.HasPrefix(field.Name, "__"):
		return 1
	}
	if field.Name == "login" || field.Name == "refreshToken" { // one of them in a question: each is a guess
		return mostCost/2 + 1
	}
	below := c.below(field)
	switch kind := field.Definition.Type; {
	case strings.HasSuffix(kind.Name(), "Connection"):
		below *= c.size(field)
	case kind.Elem != nil && !ofPage(field) && below > 0:
		below *= c.length(field)
	}
	return 1 + min(below, 1<<40) + c.given(field)
}

// users is the field that leads to all that uses an object.
const users = "usedBy"

// below is what one object of a field comes to.
func (c *cost) below(field *ast.Field) int {
	before := c.place
	defer func() { c.place = before }()
	c.users = before.users || field.Name == users
	if c.ofObjects(field) && !ofPage(field) {
		c.lists = min(before.lists+1, shallow)
	}
	return c.of(field.SelectionSet)
}

// ofObjects reports whether a field is a list of objects with an id, and so of what
// leads to others.
func (c *cost) ofObjects(field *ast.Field) bool {
	kind := c.schema.Types[field.Definition.Type.Name()]
	return field.Definition.Type.Elem != nil && kind != nil && (kind.Name == "Node" || slices.Contains(kind.Interfaces, "Node"))
}

// ofPage reports whether a field is the list of a page, whose size has counted.
func ofPage(field *ast.Field) bool {
	return (field.Name == "nodes" || field.Name == "edges") && field.ObjectDefinition != nil && strings.HasSuffix(field.ObjectDefinition.Name, "Connection")
}

// length is how long a list is taken to be that is no page.
func (c *cost) length(field *ast.Field) int {
	switch {
	case field.Name == users && c.users:
		return ofTheirs
	case field.Name == users:
		return ofUsers
	case c.ofObjects(field) && c.lists == shallow:
		return ofDeep
	}
	if ids := field.Arguments.ForName("ids"); ids != nil {
		if given, err := ids.Value.Value(c.variables); err == nil {
			return max(elementsOf(given), 1)
		}
	}
	return ofList
}

// given is what the arguments of a field come to: of what is written in the
// question the parser bounds the length, so that only variables are counted.
func (c *cost) given(field *ast.Field) int {
	sum := 0
	for _, argument := range field.Arguments {
		sum += c.elementsIn(argument.Value) * ofElement
	}
	return sum
}

// elementsIn is how many elements the lists in the variables of a value have.
func (c *cost) elementsIn(value *ast.Value) int {
	switch {
	case value == nil:
		return 0
	case value.Kind == ast.Variable:
		if _, known := c.elements[value.Raw]; !known {
			c.elements[value.Raw] = elementsOf(c.variables[value.Raw])
		}
		return c.elements[value.Raw]
	}
	sum := 0
	for _, child := range value.Children {
		sum += c.elementsIn(child.Value)
	}
	return sum
}

// elementsOf is how many elements the lists of a value have.
func elementsOf(value any) int {
	sum := 0
	switch given := value.(type) {
	case []any:
		sum = len(given)
		for _, element := range given {
			sum += elementsOf(element)
		}
	case map[string]any:
		for _, element := range given {
			sum += elementsOf(element)
		}
	}
	return sum
}

// size is how many objects a page has at most.
func (c *cost) size(field *ast.Field) int {
	for _, name := range []string{"first", "last", "limit"} {
		argument := field.Arguments.ForName(name)
		if argument == nil {
			continue
		}
		value, err := argument.Value.Value(c.variables)
		if err != nil || value == nil {
			continue
		}
		var number int
		if _, err := fmt.Sscan(fmt.Sprint(value), &number); err == nil {
			return min(max(number, 1), page.MaxSize)
		}
	}
	return page.MaxSize
}
