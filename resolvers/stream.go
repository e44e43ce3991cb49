package resolvers

import (
	"context"
	"errors"

	"github.com/lxdql/lxdql/lxd"
)

// source is where a stream comes from: the hub, or the journal and then the hub.
type source interface {
	Next(ctx context.Context) (lxd.Event, error)
	Close()
}

// stream turns a subscription of the hub into the channel that GraphQL reads.
// It starts with begin (nil for nothing), whose false ends it. Each event is handed to pass, which emits any number of values and ends the
// stream by returning false. The goroutine ends with ctx, with the
// subscription, or when pass says so; a reason that the caller should know is
// told to the transport before the channel is closed.
func stream[T any](ctx context.Context, r *Resolver, events source, begin func(emit func(T)) bool, pass func(event lxd.Event, emit func(T)) (bool, error)) <-chan T {
	values := make(chan T)
	emit := func(value T) {
		select {
		case values <- value:
		case <-ctx.Done():
		}
	}
	go func() {
		defer close(values)
		defer events.Close()
		if begin != nil && !begin(emit) {
			return
		}
		for {
			event, err := events.Next(ctx)
			more := false
			if err == nil {
				more, err = pass(event, emit)
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				r.EndStream(ctx, err)
			}
			if !more {
				return
			}
		}
	}()
	return values
}
