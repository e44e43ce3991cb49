package transport

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
)

// connection is one socket: a goroutine that reads, one that writes, and one for
// each operation that is not shared. All of them end with its context.
type connection struct {
	transport *WebSocket
	socket    *websocket.Conn
	exec      graphql.GraphExecutor
	headers   http.Header
	words     words
	ctx       context.Context // of the socket
	cancel    context.CancelFunc
	out       *outbox
	tasks     sync.WaitGroup
	wire      wire

	// The reader's own:
	known  bool        // connection_init was accepted
	caller *Caller     // who it is that asks
	unbind func() bool // the caller's end ends the socket no more
	expiry *time.Timer // nil for never

	mutex      sync.Mutex
	operations map[string]context.CancelFunc
	running    int // goroutines of operations, those of stopped ones too
	closing    bool
}

// serve reads until the socket ends, and then ends all that it began. The
// socket is closed before the goroutines are waited for: one of them may be
// sending to a client that does not receive.
func (c *connection) serve() {
	stop := context.AfterFunc(c.ctx, func() {
		c.close(websocket.CloseGoingAway, "the server is shutting down: connect again in a moment")
	})
	initTimeout := time.AfterFunc(orElse(c.transport.InitTimeout, 10*time.Second), func() {
		c.close(closeInitTimeout, "Connection initialisation timeout")
	})
	defer func() {
		stop()
		initTimeout.Stop()
		if c.expiry != nil {
			c.expiry.Stop()
		}
		if c.unbind != nil {
			c.unbind()
		}
		c.cancel()
		c.socket.Close()
		c.tasks.Wait()
	}()
	defer func() {
		if cause := recover(); cause != nil { // or else it would end the whole server
			presented(c.ctx, c.exec, cause)
			c.close(websocket.CloseInternalServerErr, "internal error: connect again")
		}
	}()
	if c.socket.Subprotocol() == "" {
		c.close(closeProtocol, "Subprotocol not acceptable")
	}
	c.tasks.Go(c.write)
	c.socket.SetReadLimit(maxMessage)
	c.handle()
	for c.heard(); ; c.heard() {
		kind, data, err := c.socket.ReadMessage()
		if err != nil {
			return
		}
		if c.ctx.Err() != nil {
			continue // until the client has taken notice of the end
		}
		received, ok := readMessage(data)
		if kind != websocket.TextMessage || !ok {
			c.close(closeBadMessage, "Invalid message received")
			continue
		}
		if c.receive(received); c.known {
			initTimeout.Stop()
		}
	}
}

// handle says what is done about the messages of WebSocket itself: all that is
// written goes one way, see wire.
func (c *connection) handle() {
	c.socket.SetPongHandler(func(string) error { c.heard(); return nil })
	c.socket.SetPingHandler(func(text string) error {
		c.heard()
		c.wire.control(websocket.PongMessage, []byte(text), time.Second)
		return nil
	})
	c.socket.SetCloseHandler(func(code int, _ string) error {
		c.wire.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Second)
		return nil
	})
}

// heard gives a client that was heard of time until it has to be heard again.
// One that was told the end gets a second to take notice.
func (c *connection) heard() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.closing {
		c.socket.SetReadDeadline(time.Now().Add(2*orElse(c.transport.PingInterval, 25*time.Second) + writeTimeout))
	}
}

// close tells the client why the socket ends, and ends all operations.
func (c *connection) close(code int, reason string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.closing {
		return
	}
	c.closing = true
	c.cancel()
	c.wire.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, short(reason)), time.Second)
	c.socket.SetReadDeadline(time.Now().Add(time.Second))
}

// short cuts a reason to what a close frame can hold, 123 bytes: it may
// contain an id, which the client chose.
func short(reason string) string {
	const most = 123
	if len(reason) <= most {
		return reason
	}
	return strings.ToValidUTF8(reason[:most-len("…")], "") + "…"
}

// write sends what is queued, and pings. A client that does not receive for
// 10 s is gone.
func (c *connection) write() {
	ticker := time.NewTicker(orElse(c.transport.PingInterval, 25*time.Second))
	defer ticker.Stop()
	for {
		var err error
		select {
		case <-c.ctx.Done():
			return
		case <-ticker.C:
			err = c.wire.control(websocket.PingMessage, nil, writeTimeout)
			if c.words.legacy && err == nil {
				err = c.wire.text(frame("", "ka", nil))
			}
		case <-c.out.news:
			items := c.out.take()
			err = c.wire.send(c.ctx, items)
			c.out.sent(items)
		}
		if err != nil {
			c.cancel()
			c.socket.Close()
			return
		}
	}
}

// send queues a message; it waits while the queue is full, until ctx or the socket ends.
func (c *connection) send(ctx context.Context, data []byte) { c.out.send(ctx, c.ctx, data) }
