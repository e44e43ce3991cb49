package transport

import (
	"bytes"
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// receive does what a message says.
func (c *connection) receive(received message) {
	switch received.Type {
	case "connection_init":
		c.init(received)
	case "ping":
		c.ping(received)
	case "pong":
	case c.words.subscribe:
		c.subscribe(received)
	case c.words.stop:
		c.stop(received.ID)
	case "connection_terminate":
		c.close(1000, "")
	default:
		c.close(closeBadMessage, "Invalid message received")
	}
}

// init learns who the caller is.
func (c *connection) init(received message) {
	if c.known {
		c.close(closeTooManyInits, "Too many initialisation requests")
		return
	}
	authorization, ok := received.authorization()
	if !ok {
		c.close(closeBadMessage, "Invalid message received")
		return
	}
	if authorization == "" {
		authorization = c.headers.Get("Authorization")
	}
	ctx, until, err := c.transport.Init(c.ctx, authorization)
	if err != nil {
		if c.words.legacy {
			c.text(frame("", "connection_error", func(buffer *bytes.Buffer) { buffer.Write(marshal(map[string]string{"message": err.Error()})) }))
		}
		c.close(closeForbidden, "Forbidden")
		return
	}
	c.known = true
	c.asker = ctx
	c.expire(until)
	c.send(c.ctx, frame("", "connection_ack", nil))
	if c.words.legacy {
		c.send(c.ctx, frame("", "ka", nil))
	}
}

// expire ends the socket when the right to ask ends.
func (c *connection) expire(until time.Time) {
	if c.expiry != nil {
		c.expiry.Stop()
	}
	if !until.IsZero() {
		c.expiry = time.AfterFunc(time.Until(until), func() { c.close(closeUnauthorized, "the token has expired: connect again with a new one") })
	}
}

// ping answers; with a fresh token in it the socket lives longer.
func (c *connection) ping(received message) {
	authorization, _ := received.authorization()
	if c.known && authorization != "" && c.transport.Renew != nil {
		if until, err := c.transport.Renew(c.asker, authorization); err == nil {
			c.expire(until)
		}
	}
	c.send(c.ctx, frame("", "pong", nil))
}

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
	ctx, cancel := context.WithCancel(c.asker)
	c.mutex.Lock()
	_, taken := c.operations[received.ID]
	full := len(c.operations) >= c.maxOperations()
	if !taken && !full {
		c.operations[received.ID] = cancel
	}
	c.mutex.Unlock()
	switch {
	case taken:
		cancel()
		c.close(closeDuplicate, "Subscriber for "+received.ID+" already exists")
	case full:
		cancel()
		c.send(c.ctx, c.words.errorFrame(received.ID, gqlerror.List{(&refusal{0, "LIMIT_EXCEEDED", "this socket asks too much at once: end some of its subscriptions, or open another"}).shown()}))
	default:
		c.tasks.Go(func() {
			defer cancel()
			c.run(ctx, received.ID, params)
		})
	}
}

func (c *connection) maxOperations() int {
	if c.transport.MaxOperations == 0 {
		return 100
	}
	return c.transport.MaxOperations
}

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
	ctx, end := withEnding(ctx)
	now := graphql.Now()
	params.ReadTime, params.Headers = graphql.TraceTiming{Start: now, End: now}, c.headers
	operation, errs := c.exec.CreateOperationContext(ctx, params)
	if errs != nil {
		c.finish(ctx, id, c.words.errorFrame(id, c.exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs).Errors))
		return
	}
	responses, answering := c.exec.DispatchOperation(graphql.WithOperationContext(ctx, operation), operation)
	for response := responses(answering); response != nil; response = responses(answering) {
		c.next(ctx, id, response)
	}
	if errs := end.errors(); errs != nil {
		c.finish(ctx, id, c.words.errorFrame(id, errs))
		return
	}
	c.finish(ctx, id, frame(id, "complete", nil))
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
