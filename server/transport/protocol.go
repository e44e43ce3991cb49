package transport

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/gorilla/websocket"
)

// receive does what a message says.
func (c *connection) receive(received message) {
	switch {
	case received.Type == "connection_init":
		c.init(received)
	case received.Type == "ping":
		c.ping(received)
	case received.Type == "pong":
	case received.Type == c.words.subscribe:
		c.subscribe(received)
	case received.Type == c.words.stop:
		c.stop(received.ID)
	case received.Type == "connection_terminate" && c.words.legacy:
		c.close(websocket.CloseNormalClosure, "")
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
	caller, err := c.identify(authorization)
	if err != nil {
		c.refuse(err)
		return
	}
	c.known = true
	c.become(caller)
	c.send(c.ctx, frame("", "connection_ack", nil))
	if c.words.legacy {
		c.send(c.ctx, frame("", "ka", nil))
	}
}

func (c *connection) identify(authorization string) (*Caller, error) {
	if c.transport.Init == nil {
		return &Caller{Context: c.ctx}, nil
	}
	return c.transport.Init(c.ctx, authorization)
}

// refuse ends a socket of nobody.
func (c *connection) refuse(reason error) {
	code, text := closeForbidden, "Forbidden"
	switch {
	case errors.Is(reason, ErrTooMany):
		code, text = closeTooMany, reason.Error()
	case errors.Is(reason, ErrUnavailable):
		code, text = websocket.CloseTryAgainLater, reason.Error()
	}
	if c.words.legacy {
		c.wire.text(frame("", "connection_error", func(buffer *bytes.Buffer) {
			buffer.WriteString(`{"message":`)
			buffer.Write(marshal(text, `"Forbidden"`))
			buffer.WriteByte('}')
		}))
	}
	c.close(code, text)
}

// become lets a caller ask from now on, in the place of the one so far. What
// that one has begun goes on.
func (c *connection) become(caller *Caller) {
	if c.unbind != nil {
		c.unbind()
	}
	if c.caller != nil && c.caller.Release != nil {
		c.caller.Release()
	}
	c.caller = caller
	c.unbind = context.AfterFunc(caller.Context, func() {
		if c.ctx.Err() == nil {
			code, reason := closeUnauthorized, context.Cause(caller.Context)
			if forbids(reason) {
				code = closeForbidden
			}
			c.close(code, reason.Error())
		}
	})
	c.expire(caller.Until)
}

// check is the context that the next operation runs in; nil when there is to be none.
func (c *connection) check() context.Context {
	if c.transport.Check == nil {
		return c.caller.Context
	}
	ctx, err := c.transport.Check(c.caller.Context)
	switch {
	case errors.Is(err, ErrUnavailable):
		c.close(websocket.CloseTryAgainLater, err.Error())
	case err != nil:
		c.close(closeUnauthorized, err.Error())
	default:
		return ctx
	}
	return nil
}

// expire ends the socket when the right to ask ends.
func (c *connection) expire(until time.Time) {
	if c.expiry != nil {
		c.expiry.Stop()
	}
	c.expiry = nil
	if !until.IsZero() {
		c.expiry = time.AfterFunc(time.Until(until), func() { c.close(closeUnauthorized, "token expired: connect again with a new one") })
	}
}

// ping answers; with a fresh token in it the socket lives longer. The answer
// never repeats the payload, which may be a token.
func (c *connection) ping(received message) {
	authorization, ok := received.authorization()
	if !ok {
		c.close(closeBadMessage, "Invalid message received")
		return
	}
	if c.known && authorization != "" && c.transport.Renew != nil {
		if caller, err := c.transport.Renew(c.ctx, c.caller.Context, authorization); err == nil {
			c.become(caller)
		}
	}
	c.send(c.ctx, frame("", "pong", nil))
}
