package e2e

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A WebSocket that does not keep to the protocol is closed with the code for it.
func TestAWebSocketIsClosedWithAReason(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	for what, story := range map[string]struct {
		code int
		tell func(*socket)
	}{
		"no word before the question":  {4401, func(s *socket) { s.subscribe("1", `{ viewer { username } }`, nil) }},
		"a forged token":               {4403, func(s *socket) { s.send("", "connection_init", map[string]string{"authorization": "Bearer x"}) }},
		"no token":                     {4403, func(s *socket) { s.send("", "connection_init", nil) }},
		"something that is no message": {4400, func(s *socket) { s.WriteMessage(1, []byte("nonsense")) }},
		"an unknown message":           {4400, func(s *socket) { s.send("", "nonsense", nil) }},
		"a second connection_init": {4429, func(s *socket) {
			s.hello(token)
			s.send("", "connection_init", map[string]string{"authorization": "Bearer " + token})
		}},
		"the same id for two questions": {4409, func(s *socket) { s.hello(token); s.twice("1") }},
	} {
		t.Run(what, func(t *testing.T) {
			socket := server.dial(t)
			story.tell(socket)
			if code := socket.closed(); code != story.code {
				t.Errorf("closed with %d, want %d", code, story.code)
			}
		})
	}
}

func (s *socket) hello(token string) {
	s.send("", "connection_init", map[string]string{"authorization": "Bearer " + token})
	if got := s.receive(); got.Type != "connection_ack" {
		s.t.Fatalf("%+v", got)
	}
}

func (s *socket) twice(id string) {
	s.subscribe(id, `subscription { events { cursor } }`, nil)
	s.subscribe(id, `subscription { events { cursor } }`, nil)
}

// closed waits for the end of the socket and returns its code.
func (s *socket) closed() int {
	s.t.Helper()
	s.SetReadDeadline(time.Now().Add(30 * time.Second))
	for {
		_, _, err := s.ReadMessage()
		if err == nil {
			continue
		}
		if ended, ok := err.(*websocket.CloseError); ok {
			return ended.Code
		}
		s.t.Fatalf("the socket ended without a code: %v", err)
	}
}
