package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// knownConditions refuses a question in which a variable that is null decides
// whether something is asked for at all. Validation lets a variable through that
// has a default, and gqlgen panics at a null in its place.
type knownConditions struct{}

var _ graphql.OperationContextMutator = knownConditions{}

// ExtensionName is the name that gqlgen knows it by.
func (knownConditions) ExtensionName() string { return "KnownConditions" }

// Validate has nothing to check.
func (knownConditions) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses; it changes nothing.
func (knownConditions) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	return undecided(operation.Operation.SelectionSet, operation.Variables, map[string]bool{})
}

// undecided is the error of the first condition that is neither true nor false.
func undecided(selections ast.SelectionSet, variables map[string]any, seen map[string]bool) *gqlerror.Error {
	for _, selection := range selections {
		var directives ast.DirectiveList
		var below ast.SelectionSet
		switch selected := selection.(type) {
		case *ast.Field:
			directives, below = selected.Directives, selected.SelectionSet
		case *ast.InlineFragment:
			directives, below = selected.Directives, selected.SelectionSet
		case *ast.FragmentSpread:
			directives = selected.Directives
			if selected.Definition != nil && !seen[selected.Name] {
				seen[selected.Name] = true
				below = selected.Definition.SelectionSet
			}
		}
		for _, directive := range directives {
			if directive.Name != "skip" && directive.Name != "include" {
				continue
			}
			condition := directive.Arguments.ForName("if")
			if condition == nil {
				continue
			}
			if value, err := condition.Value.Value(variables); err == nil && value == nil {
				refusal := gqlerror.ErrorPosf(directive.Position, "@%s is decided by %s, which is null: it takes true or false", directive.Name, condition.Value)
				refusal.Extensions = map[string]any{"code": "BAD_USER_INPUT", "argument": "if"}
				return refusal
			}
		}
		if refusal := undecided(below, variables, seen); refusal != nil {
			return refusal
		}
	}
	return nil
}
