package server

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

// auditor keeps each mutation in the audit trail before it is answered, whether
// it was done or refused.
type auditor struct {
	journal *journal.Journal
	// changing does a mutation so that what is read afterwards shows it.
	changing func(ctx context.Context, do func() (any, error)) (any, error)
}

// hasRole is the directive @hasRole, audited on mutations and probeServer.
func (a auditor) hasRole(ctx context.Context, object any, next graphql.Resolver, role auth.Role) (any, error) {
	return a.keep(ctx, func() (any, error) { return auth.HasRole(ctx, object, next, role) })
}

// loggedIn is the directive @loggedIn, audited on mutations.
func (a auditor) loggedIn(ctx context.Context, object any, next graphql.Resolver) (any, error) {
	return a.keep(ctx, func() (any, error) { return auth.LoggedIn(ctx, object, next) })
}

// public is the directive @public, audited on mutations: log-ins.
func (a auditor) public(ctx context.Context, object any, next graphql.Resolver) (any, error) {
	return a.keep(ctx, func() (any, error) { return auth.Public(ctx, object, next) })
}

func (a auditor) keep(ctx context.Context, do func() (any, error)) (any, error) {
	field := graphql.GetFieldContext(ctx)
	if field == nil || !isAudited(field) {
		return do()
	}
	change := do
	if field.Object == "Mutation" {
		change = func() (any, error) { return a.changing(ctx, do) }
	}
	if a.journal == nil {
		return change()
	}
	begun := time.Now()
	result, err := change()
	event := audited(ctx, field, begun)
	if err != nil {
		event.ErrorCode, _ = classify(err)
	}
	if operation := operationOf(result); operation != nil {
		event.OperationID = operation.UUID
	}
	if failed := a.journal.Audit(ctx, event); failed != nil && err == nil {
		// That nobody could tell who did it is not to go unnoticed.
		return nil, fmt.Errorf("it is done, and could not be kept in the audit trail: %w", failed)
	}
	return result, err
}

// isAudited says whether a field is kept: each mutation, and the one query that
// reaches out to where its caller says.
func isAudited(field *graphql.FieldContext) bool {
	return field.Object == "Mutation" || (field.Object == "Query" && field.Field.Name == "probeServer")
}

// audited is the row of a mutation, without its end.
func audited(ctx context.Context, field *graphql.FieldContext, begun time.Time) *journal.AuditEvent {
	arguments := field.Field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
	event := &journal.AuditEvent{
		CreatedAt: lxd.Time{Time: begun.UTC()}, Action: field.Field.Name, Duration: time.Since(begun),
		Input: journal.InputOf(arguments), InProject: projectOf(arguments), RequestID: middleware.GetReqID(ctx),
	}
	event.Address = auth.OriginOf(ctx).Address
	if caller := auth.From(ctx); caller != nil && caller.User != nil {
		event.UserID, event.Username, event.Token = caller.User.ID, caller.User.Username, caller.Key()
	} else {
		event.Username, _ = arguments["username"].(string)
	}
	return event
}

// projectOf is the project that a mutation names; "" for none.
func projectOf(arguments map[string]any) string {
	if project, ok := arguments["project"].(string); ok {
		return project
	}
	input, _ := arguments["input"].(map[string]any)
	project, _ := input["project"].(string)
	return project
}

// operationOf is the operation that a payload has; nil for none.
func operationOf(payload any) *lxd.Operation {
	value := reflect.ValueOf(payload)
	if value.Kind() != reflect.Pointer || value.IsNil() || value.Elem().Kind() != reflect.Struct {
		return nil
	}
	field := value.Elem().FieldByName("Operation")
	if !field.IsValid() {
		return nil
	}
	operation, _ := field.Interface().(*lxd.Operation)
	return operation
}
