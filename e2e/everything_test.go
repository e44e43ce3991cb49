package e2e

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// dear are fields that say nothing of a project and take LXD long, or answer
// megabytes.
var dear = []string{"resources", "configurationMetadata", "metrics", "usage"}

// everything selects all fields of a type: what has an identity of its own by its
// id behind so many edges, all else to its end. Fields are named after their
// types where types stand side by side.
func everything(schema *ast.Schema, kind *ast.Definition, edges int, above []string) string {
	var fields []string
	add := func(field *ast.FieldDefinition, name string) {
		if text := selection(schema, field, edges, append(above, kind.Name)); text != "" {
			fields = append(fields, name+text)
		}
	}
	if kind.IsAbstractType() {
		fields = append(fields, "__typename")
		for _, possible := range schema.GetPossibleTypes(kind) {
			if kind.Name == "Node" {
				fields = append(fields, "... on "+possible.Name+" { id }")
			} else if !slices.Contains(above, possible.Name) {
				fields = append(fields, "... on "+possible.Name+" { "+everything(schema, possible, edges, above)+" }")
			}
		}
		return strings.Join(fields, " ")
	}
	for _, field := range kind.Fields {
		if !strings.HasPrefix(field.Name, "__") && !slices.Contains(dear, field.Name) {
			add(field, field.Name)
		}
	}
	return strings.Join(append(fields, "__typename"), " ")
}

// selection is what is selected below a field: " " for a leaf, "" to leave it out.
func selection(schema *ast.Schema, field *ast.FieldDefinition, edges int, above []string) string {
	for _, argument := range field.Arguments {
		if argument.Type.NonNull && argument.DefaultValue == nil {
			return ""
		}
	}
	kind := schema.Types[field.Type.Name()]
	switch {
	case kind.IsLeafType():
		return " "
	case strings.HasSuffix(kind.Name, "Connection") && field.Name != "nodes":
		nodes := kind.Fields.ForName("nodes")
		of := schema.Types[nodes.Type.Name()]
		below := "id"
		if edges > 0 || of.Fields.ForName("id") == nil {
			below = everything(schema, of, edges-1, above)
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
			return " { " + everything(schema, kind, edges-1, above) + " }"
		}
		return " { __typename id }"
	case slices.Contains(above, kind.Name):
		return ""
	}
	return " { " + everything(schema, kind, edges, above) + " }"
}
