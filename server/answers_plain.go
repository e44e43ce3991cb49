package server

import (
	"github.com/lxdql/lxdql/resolvers"
	"github.com/vektah/gqlparser/v2/ast"
)

// plain reports whether all that is selected is of memory and the caller's
// rights alone. What is not known to be is not.
func (a *answers) plain(operation *ast.OperationDefinition) bool {
	return a.all(operation.SelectionSet, func(field *ast.Field) bool {
		return field.Name == "__typename" || resolvers.KeptRoots[field.Name] && a.below(field.SelectionSet)
	})
}

func (a *answers) below(selections ast.SelectionSet) bool {
	return a.all(selections, func(field *ast.Field) bool {
		return field.ObjectDefinition != nil && a.registry.Plain(field.ObjectDefinition.Name, field.Name, a.fields) && a.below(field.SelectionSet)
	})
}

// all reports whether each field of selections passes, those of fragments too.
func (a *answers) all(selections ast.SelectionSet, passes func(*ast.Field) bool) bool {
	for _, selection := range selections {
		var ok bool
		switch selected := selection.(type) {
		case *ast.Field:
			ok = skipsOnly(selected.Directives) && passes(selected)
		case *ast.InlineFragment:
			ok = skipsOnly(selected.Directives) && a.all(selected.SelectionSet, passes)
		case *ast.FragmentSpread:
			ok = skipsOnly(selected.Directives) && selected.Definition != nil && a.all(selected.Definition.SelectionSet, passes)
		}
		if !ok {
			return false
		}
	}
	return true
}

// skipsOnly reports whether there is no directive but those that the variables decide.
func skipsOnly(directives ast.DirectiveList) bool {
	for _, directive := range directives {
		if directive.Name != "skip" && directive.Name != "include" {
			return false
		}
	}
	return true
}
