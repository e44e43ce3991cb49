package lxd

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// quiet is how long LXD may say nothing. It pings every 10 s (seen on 5.0.2):
// after 25 s the connection is dead.
const quiet = 25 * time.Second

// silent is how long a stream that was opened may be without a first ping before
// it counts as heard all the same.
const silent = 2 * time.Second

// frameSize is what is read and written at once, in bytes: what a command
// prints comes in frames of up to 128 KiB.
const frameSize = 32 << 10

// frames are the buffers that are written from: a socket holds one while it writes.
var frames sync.Pool

// listen follows LXD's events over one WebSocket until it breaks or ctx ends.
// connected is called once LXD sends what happens from then on; each event is
// handed to publish by one goroutine. Both have ended when listen returns.
func (c *Client) listen(ctx context.Context, connected func(), publish func(Event)) error {
	// Without types LXD sends its whole log at debug level too.
	socket, err := c.dialWebSocket(ctx, "/1.0/events?type=operation,lifecycle&all-projects=true")
	if err != nil {
		return err
	}
	defer socket.Close()
	lost := c.lost()
	// LXD opens the socket first and takes it in as a listener after that: what
	// happens in between is not sent. Its first ping comes from the listener (seen
	// on 5.0.2, within a millisecond).
	var once sync.Once
	heard := func() { once.Do(connected) }
	ended, watched := make(chan struct{}), make(chan struct{})
	defer func() { close(ended); <-watched }()
	go func() { // ends with listen
		defer close(watched)
		pinged := time.After(silent)
		for {
			select {
			case <-pinged:
				heard()
				continue
			case <-ctx.Done():
			case <-lost: // LXD leaves the stream open when it withdraws its trust
			case <-ended:
			}
			socket.Close()
			return
		}
	}()
	socket.SetPingHandler(func(text string) error {
		heard()
		socket.SetReadDeadline(time.Now().Add(c.quiet))
		return socket.WriteControl(websocket.PongMessage, []byte(text), time.Now().Add(5*time.Second))
	})
	if c.standing != nil {
		c.standing.learn(true)
	}
	events := make(chan Event, 256)
	ordered := make(chan struct{})
	go func() {
		defer close(ordered)
		inOrder(events, publish)
	}()
	defer func() { close(events); <-ordered }()
	for {
		socket.SetReadDeadline(time.Now().Add(c.quiet))
		_, data, err := socket.ReadMessage()
		if err != nil {
			if trouble := c.Trouble(); trouble != nil {
				return trouble
			}
			return c.unreachable(err)
		}
		heard()
		var frame eventFrame
		if json.Unmarshal(data, &frame) != nil {
			continue // not an event: nothing that we could show
		}
		if event := c.event(&frame); event != nil {
			events <- event
		}
	}
}

// dialWebSocket opens a WebSocket. They need HTTP/1.1: LXD's listener would
// choose HTTP/2 if it were offered.
func (c *Client) dialWebSocket(ctx context.Context, address string) (*websocket.Conn, error) {
	if err := c.admit(ctx, address); err != nil {
		return nil, err
	}
	dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second, ReadBufferSize: frameSize, WriteBufferSize: frameSize, WriteBufferPool: &frames}
	if c.standing != nil {
		dialer.NetDialTLSContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return c.dialMember(ctx, "http/1.1")
		}
	} else {
		dialer.NetDialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			return c.dialSocket(ctx, network, address)
		}
	}
	socket, response, err := dialer.DialContext(ctx, strings.Replace(c.base, "http", "ws", 1)+address, nil)
	if err == nil {
		return socket, nil
	}
	if response == nil {
		return nil, c.unreachable(err)
	}
	return nil, c.handshakeRefusal(ctx, response)
}

func (c *Client) handshakeRefusal(ctx context.Context, response *http.Response) error {
	var answer envelope[JSON]
	if json.NewDecoder(response.Body).Decode(&answer) == nil && answer.Type == "error" {
		return c.refusal(ctx, answer.ErrorCode, answer.Error)
	}
	return &Error{Status: response.StatusCode, Message: "LXD refuses its event stream: HTTP " + response.Status}
}
