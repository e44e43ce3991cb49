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
		c.tasks.Go(func() { c.run(ctx, cancel, received.ID, params) })
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

// run is one operation from its question to its end, or until it shares the
// execution of another.
func (c *connection) run(ctx context.Context, cancel context.CancelFunc, id string, params *graphql.RawParams) {
	ctx = graphql.StartOperationTrace(ctx)
	leave := func() { c.unregister(cancel) }
	shares := false
	errs := survive(ctx, c.exec, func() gqlerror.List {
		now := graphql.Now()
		params.ReadTime, params.Headers = graphql.TraceTiming{Start: now, End: now}, c.headers
		operation, errs := c.exec.CreateOperationContext(ctx, params)
		ctx := graphql.WithOperationContext(ctx, operation)
		if len(errs) > 0 {
			return c.exec.DispatchError(ctx, errs).Errors
		}
		release, errs := enter(ctx, c.exec, operation, c.transport.Admit)
		if errs != nil {
			return errs
		}
		leave = func() { c.unregister(cancel); release() }
		answer := func(response *graphql.Response) {
			c.send(ctx, frame(id, c.words.next, func(buffer *bytes.Buffer) { encode(buffer, response) }))
		}
		what, errs := c.share(ctx, id, operation, leave, answer)
		shares = what == joined
		if what == alone {
			return execute(ctx, c.exec, operation, func() {}, answer)
		}
		return errs
	})
	if !shares {
		c.finish(ctx, id, errs, c.send)
		leave()
	}
}

// share lets an operation be told what another one of the same is told. From
// then on it has no goroutine: its end is told to the member.
func (c *connection) share(ctx context.Context, id string, operation *graphql.OperationContext, leave func(), own func(*graphql.Response)) (outcome, gqlerror.List) {
	if c.transport.Feeds == nil || !c.out.wait(ctx, c.ctx) { // who does not read does not begin
		return alone, nil
	}
	head, foot, _ := bytes.Cut(frame(id, c.words.next, func(buffer *bytes.Buffer) { buffer.WriteByte(0) }), []byte{0})
	c.tasks.Add(1)
	one := &member{
		out: c.out, lane: &lane{}, head: head, foot: foot,
		end: func(errs gqlerror.List) {
			c.finish(ctx, id, errs, func(_ context.Context, last []byte) { c.out.force(last) })
		},
		left: func() { leave(); c.tasks.Done() },
	}
	what, errs := c.transport.Feeds.carry(ctx, c.exec, operation, one, own)
	if what != joined {
		c.tasks.Done()
	}
	return what, errs
}

// finish tells the end, unless the client has ended the operation itself: then
// its id may stand for another one already. The id is free before the client
// can know of the end.
func (c *connection) finish(ctx context.Context, id string, errs gqlerror.List, send func(context.Context, []byte)) {
	c.mutex.Lock()
	ended := ctx.Err() != nil
	if !ended {
		delete(c.operations, id)
	}
	c.mutex.Unlock()
	switch {
	case ended:
	case len(errs) > 0:
		send(c.ctx, c.words.errorFrame(id, errs))
	default:
		send(c.ctx, frame(id, "complete", nil))
	}
}
