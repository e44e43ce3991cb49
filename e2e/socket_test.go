package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// socket is a client of graphql-transport-ws.
type socket struct {
	*websocket.Conn
	t *testing.T
}

type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// dial opens a WebSocket without a word.
func (s *running) dial(t *testing.T) *socket {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	connection, response, err := dialer.Dial(strings.Replace(s.url, "http", "ws", 1)+"/graphql", nil)
	if err != nil {
		t.Fatalf("%v (%v)", err, response)
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(response.Status)
	}
	t.Cleanup(func() { connection.Close() })
	return &socket{connection, t}
}

// connect opens a WebSocket and says who it is.
func (s *running) connect(t *testing.T, token string) *socket {
	t.Helper()
	socket := s.dial(t)
	socket.send("", "connection_init", map[string]string{"authorization": "Bearer " + token})
	if got := socket.receive(); got.Type != "connection_ack" {
		t.Fatalf("%+v instead of connection_ack", got)
	}
	return socket
}

func (s *socket) send(id, kind string, payload any) {
	s.t.Helper()
	data, err := json.Marshal(payload)
	if err != nil {
		s.t.Fatal(err)
	}
	if payload == nil {
		data = nil
	}
	if err := s.WriteJSON(frame{id, kind, data}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *socket) subscribe(id, query string, variables map[string]any) {
	s.t.Helper()
	s.send(id, "subscribe", map[string]any{"query": query, "variables": variables})
}

// receive waits for the next message that is no ping.
func (s *socket) receive() frame {
	s.t.Helper()
	for {
		var got frame
		s.SetReadDeadline(time.Now().Add(30 * time.Second))
		if err := s.ReadJSON(&got); err != nil {
			s.t.Fatal(err)
		}
		switch got.Type {
		case "ping":
			s.send("", "pong", nil)
		case "pong":
		default:
			return got
		}
	}
}

// next waits for a subscription's next data.
func (s *socket) next(id string) map[string]any {
	s.t.Helper()
	for {
		got := s.receive()
		if got.ID != id {
			continue
		}
		var payload struct {
			Data   map[string]any
			Errors []any
		}
		if got.Type != "next" || json.Unmarshal(got.Payload, &payload) != nil || payload.Errors != nil {
			s.t.Fatalf("%s %s", got.Type, got.Payload)
		}
		return payload.Data
	}
}
