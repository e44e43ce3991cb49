package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/server/transport"
)

const (
	modern = "graphql-transport-ws"
	legacy = "graphql-ws"
)

// client is the other end of a socket.
type client struct {
	*websocket.Conn
	t *testing.T
}

func (s *server) dial(t *testing.T, subprotocol string) *client {
	t.Helper()
	dialer := websocket.Dialer{HandshakeTimeout: 5 * time.Second}
	if subprotocol != "" {
		dialer.Subprotocols = []string{subprotocol}
	}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(s.URL, "http"), http.Header{"Authorization": {"Bearer from-header"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	return &client{conn, t}
}

// tell sends a message as it is written.
func (c *client) tell(message string) {
	c.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		c.t.Fatal(err)
	}
}

// want receives the next message, which has to be the one that is written.
func (c *client) want(message string) {
	c.t.Helper()
	if _, got, err := c.ReadMessage(); err != nil || string(got) != message {
		c.t.Fatalf("received %q, %v; want %s", got, err, message)
	}
}

func (c *client) hello(payload string) {
	c.t.Helper()
	c.tell(`{"type":"connection_init","payload":` + payload + `}`)
	c.want(`{"type":"connection_ack"}`)
}

func (c *client) subscribe(id, query string) {
	c.t.Helper()
	text, _ := json.Marshal(query) // a string always marshals
	c.tell(`{"id":"` + id + `","type":"subscribe","payload":{"query":` + string(text) + `}}`)
}

// wantClosed reads what is left until the socket is closed, with that code and reason.
func (c *client) wantClosed(code int, reason string) {
	c.t.Helper()
	for {
		_, _, err := c.ReadMessage()
		if err == nil {
			continue
		}
		var end *websocket.CloseError
		if !errors.As(err, &end) || end.Code != code || end.Text != reason {
			c.t.Fatalf("the socket ended by %v; want %d %q", err, code, reason)
		}
		return
	}
}

// known takes the tokens "Bearer good…" and "Bearer from-header", and says who
// asks. The credential ends after the given time; 0 is never.
func known(life time.Duration) *transport.WebSocket {
	until := func() time.Time {
		if life == 0 {
			return time.Time{}
		}
		return time.Now().Add(life)
	}
	good := func(authorization string) bool {
		return strings.HasPrefix(authorization, "Bearer good") || authorization == "Bearer from-header"
	}
	return &transport.WebSocket{
		Init: func(ctx context.Context, authorization string) (*transport.Caller, error) {
			switch {
			case authorization == "Bearer many":
				return nil, fmt.Errorf("%w: two are enough", transport.ErrTooMany)
			case authorization == "Bearer later":
				return nil, transport.ErrUnavailable
			case !good(authorization):
				return nil, errors.New("the database says: secret")
			}
			return &transport.Caller{Context: context.WithValue(ctx, askerKey{}, authorization), Until: until()}, nil
		},
		Renew: func(ctx, now context.Context, authorization string) (*transport.Caller, error) {
			if !good(authorization) || now.Value(askerKey{}) != "Bearer good" {
				return nil, errors.New("refused")
			}
			return &transport.Caller{Context: context.WithValue(ctx, askerKey{}, "Bearer good"), Until: until()}, nil
		},
	}
}
