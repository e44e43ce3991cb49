package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/lxd"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// asGiven is the error of an argument as what it is: gqlgen says of scalars that
// are given something else only that Go cannot take it.
func asGiven(ctx context.Context, shown *gqlerror.Error, err error) error {
	if code, _ := classify(err); code != "INTERNAL" || !readsArguments(ctx) {
		return err
	}
	argument := argumentOf(shown.Path)
	shown.Message = cmp.Or(argument, "an argument") + " is given what it cannot be: the schema says which values it takes"
	return &lxd.InputError{Argument: argument, Message: shown.Message}
}

// readsArguments says whether the arguments of a field are being read, before
// anything of it is asked.
func readsArguments(ctx context.Context) bool {
	field := graphql.GetFieldContext(ctx)
	return field != nil && field.Args == nil && field.Field.Field != nil && len(field.Field.Arguments) > 0
}

// recovered turns a panic into an error, and logs where it was.
func recovered(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, cause any) error {
		var number *strconv.NumError // gqlparser's way of saying that it is too large
		if err, ok := cause.(error); ok && errors.As(err, &number) && readsArguments(ctx) {
			return &lxd.InputError{Message: fmt.Sprintf("%.40s is too large a number", number.Num)}
		}
		log.ErrorContext(ctx, "panic", "cause", cause, "requestId", middleware.GetReqID(ctx), "stack", stack())
		return errors.New("panic")
	}
}
