package plantest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Questions makes queries at random that a schema allows; some it does not, for
// want of looking at what conflicts: those are refused by every executor alike.
type Questions struct {
	Schema *ast.Schema
	Random *rand.Rand
	// Roots are the root fields to ask, with their arguments as text: `instances(first: 3)`.
	Roots []string
	// Without are "Type.field" that are not asked, because they answer differently each time.
	Without map[string]bool
	// Depth is how deep a question goes at most.
	Depth int
	// Value is the text of a value of an argument; "" leaves it to the defaults.
	Value func(r *rand.Rand, argument *ast.ArgumentDefinition) string

	fragments []string
	used      map[string]bool
	aliases   int
	left      int // fields that the question may still have
}

var declared = map[string]string{"yes": "Boolean!", "no": "Boolean = false", "text": "String", "number": "Int"}

// Variables are the values of the variables that a question may use.
func Variables() map[string]any {
	return map[string]any{"yes": true, "text": "limits.", "number": 2}
}

// Next is a question.
func (q *Questions) Next() string {
	q.fragments, q.used, q.aliases, q.left = nil, map[string]bool{}, 0, 60
	var body strings.Builder
	for range 1 + q.Random.IntN(2) {
		root := q.Roots[q.Random.IntN(len(q.Roots))]
		name, _, _ := strings.Cut(root, "(")
		definition := q.Schema.Query.Fields.ForName(name)
		q.aliases++
		fmt.Fprintf(&body, " r%d: %s%s", q.aliases, root, q.below(definition, q.Depth))
	}
	head := "query"
	var variables []string
	for name := range q.used {
		variables = append(variables, "$"+name+": "+declared[name])
	}
	slices.Sort(variables)
	if len(variables) > 0 {
		head += "(" + strings.Join(variables, ", ") + ")"
	}
	return head + " {" + body.String() + " }\n" + strings.Join(q.fragments, "\n")
}

func (q *Questions) below(definition *ast.FieldDefinition, depth int) string {
	kind := q.Schema.Types[definition.Type.Name()]
	if !kind.IsCompositeType() {
		return ""
	}
	return q.selection(kind, depth)
}

// selection is what is asked of an object: never nothing.
func (q *Questions) selection(kind *ast.Definition, depth int) string {
	var out strings.Builder
	out.WriteString(" {")
	for range 1 + q.Random.IntN(6) {
		out.WriteString(" " + q.one(kind, depth))
	}
	if q.Random.IntN(2) == 0 || depth <= 0 {
		out.WriteString(" __typename")
	}
	out.WriteString(" }")
	return out.String()
}

// one is a field or a fragment.
func (q *Questions) one(kind *ast.Definition, depth int) string {
	q.left--
	switch at := q.Random.IntN(12); {
	case at == 0 && depth > 0:
		on := q.condition(kind)
		return "... on " + on.Name + q.directive() + q.selection(on, depth-1)
	case at == 1 && depth > 0:
		on := q.condition(kind)
		name := fmt.Sprintf("F%d", len(q.fragments))
		q.fragments = append(q.fragments, "")
		at := len(q.fragments) - 1
		q.fragments[at] = "fragment " + name + " on " + on.Name + q.selection(on, depth-1)
		return "..." + name + q.directive()
	case at == 2 && depth > 0:
		return "..." + q.directive() + q.selection(kind, depth-1)
	case kind.IsAbstractType() && depth > 0 && at < 9:
		on := q.condition(kind)
		return "... on " + on.Name + q.selection(on, depth-1)
	}
	return q.field(kind, depth)
}

// condition is a type that a selection of a kind may have a fragment on.
func (q *Questions) condition(kind *ast.Definition) *ast.Definition {
	possible := []*ast.Definition{kind}
	if kind.IsAbstractType() {
		possible = q.Schema.GetPossibleTypes(kind)
	} else {
		possible = append(possible, q.Schema.GetImplements(kind)...)
	}
	return possible[q.Random.IntN(len(possible))]
}

func (q *Questions) field(kind *ast.Definition, depth int) string {
	var can ast.FieldList
	for _, field := range kind.Fields {
		composite := q.Schema.Types[field.Type.Name()].IsCompositeType()
		if !strings.HasPrefix(field.Name, "__") && !q.Without[kind.Name+"."+field.Name] && (!composite || depth > 0 && q.left > 0) {
			can = append(can, field)
		}
	}
	if len(can) == 0 {
		return "__typename"
	}
	field := can[q.Random.IntN(len(can))]
	var given []string
	for _, argument := range field.Arguments {
		value := q.Value(q.Random, argument)
		if name, isVariable := strings.CutPrefix(value, "$"); isVariable {
			q.used[name] = true
		}
		if value != "" {
			given = append(given, argument.Name+": "+value)
		}
	}
	text := field.Name
	if len(given) > 0 || q.Random.IntN(5) == 0 {
		q.aliases++
		text = fmt.Sprintf("a%d: %s", q.aliases, field.Name)
	}
	if len(given) > 0 {
		text += "(" + strings.Join(given, ", ") + ")"
	}
	return text + q.directive() + q.below(field, depth-1)
}

func (q *Questions) directive() string {
	if q.Random.IntN(8) > 0 {
		return ""
	}
	all := []string{"@skip(if: true)", "@skip(if: false)", "@include(if: true)", "@include(if: false)", "@skip(if: $no)", "@include(if: $yes)", "@skip(if: $yes)", "@include(if: $no)"}
	chosen := all[q.Random.IntN(len(all))]
	for _, name := range []string{"yes", "no"} {
		if strings.Contains(chosen, "$"+name) {
			q.used[name] = true
		}
	}
	return " " + chosen
}
