package transport

import (
	"bytes"
	"context"
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
	asker, until, err := c.identify(authorization)
	if err != nil {
		if c.words.legacy {
			c.text(frame("", "connection_error", func(buffer *bytes.Buffer) { buffer.WriteString(`{"message":"Forbidden"}`) }))
		}
		c.close(closeForbidden, "Forbidden")
		return
	}
	c.known, c.asker = true, asker
	c.expire(until)
	c.send(c.ctx, frame("", "connection_ack", nil))
	if c.words.legacy {
		c.send(c.ctx, frame("", "ka", nil))
	}
}

func (c *connection) identify(authorization string) (context.Context, time.Time, error) {
	if c.transport.Init == nil {
		return c.ctx, time.Time{}, nil
	}
	return c.transport.Init(c.ctx, authorization)
}

// expire ends the socket when the right to ask ends.
func (c *connection) expire(until time.Time) {
	if c.expiry != nil {
		c.expiry.Stop()
	}
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
		if until, err := c.transport.Renew(c.asker, authorization); err == nil {
			c.expire(until)
		}
	}
	c.send(c.ctx, frame("", "pong", nil))
}
