package transport

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Alike says that a subscription may be executed together with others.
type Alike struct {
	// Key is everything that the answers depend on besides the question: rights
	// above all. Only equal keys are executed together.
	Key string
	// Begin makes the context that the execution runs in, which holds what is in
	// Key and nothing else of a caller. It ends with the server.
	Begin Begin
	// From is the place that the caller wants what is behind of, and Cursor how
	// callers are told it.
	From   uint64
	Cursor string
	// Argument is the one that can say From; "" for none. The execution goes without
	// it.
	Argument string
	// Resumes says that the caller has said it, so that what lies before the
	// execution's own beginning has to be replayed to the caller alone.
	Resumes bool
}

// rootOf is the field that a subscription asks for; nil where it is not written
// right there.
func rootOf(operation *graphql.OperationContext) *ast.Field {
	if operation.Operation.Operation != ast.Subscription || len(operation.Operation.SelectionSet) != 1 {
		return nil
	}
	field, _ := operation.Operation.SelectionSet[0].(*ast.Field)
	return field
}

// question is what is asked, as a key: the text, which operation of it, and the
// variables. An argument that is left out does not count; where that cannot be
// told, it does, which makes the key the caller's own.
func question(operation *graphql.OperationContext, without string) (key string, ok bool) {
	text, variables := operation.RawQuery, operation.Variables
	if argument := rootOf(operation).Arguments.ForName(without); argument != nil && without != "" {
		switch value := argument.Value; {
		case value.Kind == ast.Variable && strings.Count(text, "$"+value.Raw) == 2: // declared, and used here
			variables = maps.Clone(variables)
			delete(variables, value.Raw)
		case value.Kind == ast.StringValue && strings.Count(text, `"`+value.Raw+`"`) == 1:
			text = strings.Replace(text, `"`+value.Raw+`"`, "null", 1)
		}
	}
	given, err := json.Marshal(variables)
	if err != nil {
		return "", false
	}
	digest := sha256.New()
	for _, part := range []string{text, operation.OperationName, string(given)} {
		size := sha256.Sum256([]byte(part)) // so that no two splits look alike
		digest.Write(size[:])
	}
	return string(digest.Sum(nil)), true
}

// impersonal is the operation without anything of the caller's own: without
// headers, and without the argument.
func impersonal(operation *graphql.OperationContext, without string) *graphql.OperationContext {
	asked := &graphql.OperationContext{
		RawQuery: operation.RawQuery, Variables: operation.Variables, OperationName: operation.OperationName, Doc: operation.Doc,
		Operation: operation.Operation, DisableIntrospection: operation.DisableIntrospection, RecoverFunc: operation.RecoverFunc,
		ResolverMiddleware: operation.ResolverMiddleware, RootResolverMiddleware: operation.RootResolverMiddleware, Stats: operation.Stats,
	}
	root := rootOf(operation)
	if without == "" || root.Arguments.ForName(without) == nil {
		return asked
	}
	field := *root
	field.Arguments = nil
	for _, argument := range root.Arguments {
		if argument.Name != without {
			field.Arguments = append(field.Arguments, argument)
		}
	}
	changed := *operation.Operation
	changed.SelectionSet = ast.SelectionSet{&field}
	asked.Operation = &changed
	return asked
}
