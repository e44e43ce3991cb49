package transport

import (
	"bytes"
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// subscribe begins an operation of any kind.
func (c *connection) subscribe(received message) {
	if !c.known {
		c.close(closeUnauthorized, "Unauthorized")
		return
	}
	params, ok := received.params()
	if !ok {
		c.close(closeBadMessage, "Invalid message received")
		return
	}
	asker := c.check()
	if asker == nil {
		return
	}
	ctx, cancel := context.WithCancel(asker)
	taken, full := c.register(received.ID, cancel)
	switch {
	case taken:
		cancel()
		c.close(closeDuplicate, "Subscriber for "+received.ID+" already exists")
	case full:
		cancel()
		tooMany := &refusal{code: "LIMIT_EXCEEDED", message: "this socket asks too much at once: end some of its subscriptions, or open another"}
		c.send(c.ctx, c.words.errorFrame(received.ID, gqlerror.List{tooMany.shown()}))
	default:
		c.tasks.Go(func() {
			defer c.unregister(cancel)
			c.run(ctx, received.ID, params)
		})
	}
}

// register takes an id, unless it is taken or too much is asked already. An
// operation that the client has stopped counts less, until it has really ended:
// or else starting and stopping would run any number of them.
func (c *connection) register(id string, cancel context.CancelFunc) (taken, full bool) {
	most := c.transport.MaxOperations
	if most == 0 {
		most = 100
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	_, taken = c.operations[id]
	full = len(c.operations) >= most || c.running >= 2*most
	if !taken && !full {
		c.operations[id] = cancel
		c.running++
	}
	return taken, full
}

func (c *connection) unregister(cancel context.CancelFunc) {
	cancel()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.running--
}

// stop ends an operation because the client wants it to.
func (c *connection) stop(id string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if cancel, ok := c.operations[id]; ok {
		delete(c.operations, id)
		cancel()
	}
}

// run is one operation from its question to its end.
func (c *connection) run(ctx context.Context, id string, params *graphql.RawParams) {
	ctx = graphql.StartOperationTrace(ctx)
	errs := survive(ctx, c.exec, func() gqlerror.List {
		now := graphql.Now()
		params.ReadTime, params.Headers = graphql.TraceTiming{Start: now, End: now}, c.headers
		operation, errs := c.exec.CreateOperationContext(ctx, params)
		ctx := graphql.WithOperationContext(ctx, operation)
		if len(errs) > 0 {
			return c.exec.DispatchError(ctx, errs).Errors
		}
		return execute(ctx, c.exec, operation, c.transport.Admit, func(response *graphql.Response) {
			c.send(ctx, frame(id, c.words.next, func(buffer *bytes.Buffer) { encode(buffer, response) }))
		})
	})
	last := frame(id, "complete", nil)
	if len(errs) > 0 {
		last = c.words.errorFrame(id, errs)
	}
	c.finish(ctx, id, last)
}

// finish tells the end, unless the client has ended the operation itself: then
// its id may stand for another one already. The id is free before the client
// can know of the end.
func (c *connection) finish(ctx context.Context, id string, last []byte) {
	c.mutex.Lock()
	ended := ctx.Err() != nil
	if !ended {
		delete(c.operations, id)
	}
	c.mutex.Unlock()
	if !ended {
		c.send(c.ctx, last)
	}
}
