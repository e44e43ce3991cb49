package e2e

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// chooser writes questions for all that a type has, without the fields of these
// names.
type chooser struct {
	schema  *ast.Schema
	without []string
}

// everything selects all fields of a type: what has an identity of its own by its
// id behind so many edges, all else to its end.
func (c chooser) everything(kind *ast.Definition, edges int, above []string) string {
	var fields []string
	if kind.IsAbstractType() {
		fields = append(fields, "__typename")
		for _, possible := range c.schema.GetPossibleTypes(kind) {
			if kind.Name == "Node" {
				fields = append(fields, "... on "+possible.Name+" { id }")
			} else if !slices.Contains(above, possible.Name) {
				fields = append(fields, "... on "+possible.Name+" { "+c.everything(possible, edges, above)+" }")
			}
		}
		return strings.Join(fields, " ")
	}
	for _, field := range kind.Fields {
		if strings.HasPrefix(field.Name, "__") || slices.Contains(c.without, field.Name) {
			continue
		}
		if below := c.selection(field, edges, append(above, kind.Name)); below != "" {
			fields = append(fields, field.Name+below)
		}
	}
	return strings.Join(append(fields, "__typename"), " ")
}

// selection is what is selected below a field: " " for a leaf, "" to leave it out.
func (c chooser) selection(field *ast.FieldDefinition, edges int, above []string) string {
	for _, argument := range field.Arguments {
		if argument.Type.NonNull && argument.DefaultValue == nil {
			return ""
		}
	}
	kind := c.schema.Types[field.Type.Name()]
	switch {
	case kind.IsLeafType():
		return " "
	case strings.HasSuffix(kind.Name, "Connection") && field.Name != "nodes":
		nodes := kind.Fields.ForName("nodes")
		of := c.schema.Types[nodes.Type.Name()]
		below := "id"
		if edges > 0 || of.Fields.ForName("id") == nil {
			below = c.everything(of, edges-1, above)
		}
		count := ""
		if kind.Fields.ForName("totalCount") != nil {
			count = "totalCount "
		}
		return " { " + count + "nodes { " + below + " } }"
	case strings.HasSuffix(kind.Name, "Edge"):
		return ""
	case kind.Name == "Node" || kind.Fields.ForName("id") != nil:
		if edges > 0 && kind.Name != "Node" {
			return " { " + c.everything(kind, edges-1, above) + " }"
		}
		return " { __typename id }"
	case slices.Contains(above, kind.Name):
		return ""
	}
	return " { " + c.everything(kind, edges, above) + " }"
}
