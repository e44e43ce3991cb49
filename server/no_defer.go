package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// noDefer refuses @defer, which gqlgen's schema brings along: an answer in
// parts needs a transport that none of ours is, and its later parts would be
// lost without a word.
type noDefer struct{}

var _ graphql.OperationContextMutator = noDefer{}

// ExtensionName is the name that gqlgen knows it by.
func (noDefer) ExtensionName() string { return "NoDefer" }

// Validate has nothing to check.
func (noDefer) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses; it changes nothing.
func (noDefer) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	deferred := defers(operation.Operation.SelectionSet)
	for _, fragment := range operation.Doc.Fragments {
		deferred = deferred || defers(fragment.SelectionSet)
	}
	if !deferred {
		return nil
	}
	refusal := gqlerror.Errorf("@defer is not served: ask for it in a query of its own")
	refusal.Extensions = map[string]any{"code": "BAD_USER_INPUT"}
	return refusal
}

func defers(selections ast.SelectionSet) bool {
	for _, selection := range selections {
		switch selected := selection.(type) {
		case *ast.Field:
			if defers(selected.SelectionSet) {
				return true
			}
		case *ast.InlineFragment:
			if selected.Directives.ForName("defer") != nil || defers(selected.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if selected.Directives.ForName("defer") != nil {
				return true
			}
		}
	}
	return false
}
