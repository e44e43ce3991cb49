package transport_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/server/transport"
)

// Whoever does not keep to the protocol is told by the code what was wrong.
func TestASocketIsClosedWithItsCode(t *testing.T) {
	s := serve(t, transport.HTTP{}, known(0))
	id := strings.Repeat("é", 200)
	const good = `{"authorization":"Bearer good"}`
	bad := func(message string) func(*client) { return func(c *client) { c.hello(good); c.tell(message) } }
	for what, story := range map[string]struct {
		code   int
		reason string
		tell   func(*client)
	}{
		"a question before the ack":   {4401, "Unauthorized", func(c *client) { c.subscribe("1", "{hello}") }},
		"a forged token":              {4403, "Forbidden", func(c *client) { c.tell(`{"type":"connection_init","payload":{"authorization":"Bearer bad"}}`) }},
		"a token that is no text":     {4403, "Forbidden", func(c *client) { c.tell(`{"type":"connection_init","payload":{"authorization":5}}`) }},
		"a forged key":                {4403, "Forbidden", func(c *client) { c.tell(`{"type":"connection_init","payload":{"apiKey":"bad"}}`) }},
		"a second connection_init":    {4429, "Too many initialisation requests", bad(`{"type":"connection_init"}`)},
		"a payload that is no object": {4400, "Invalid message received", func(c *client) { c.tell(`{"type":"connection_init","payload":[1]}`) }},
		"garbage":                     {4400, "Invalid message received", func(c *client) { c.tell(strings.Repeat("{", 10_000)) }},
		"garbage after the ack":       {4400, "Invalid message received", bad(strings.Repeat("x", 10_000))},
		"a binary frame":              {4400, "Invalid message received", func(c *client) { c.WriteMessage(websocket.BinaryMessage, []byte(`{"type":"ping"}`)) }},
		"no type":                     {4400, "Invalid message received", bad(`{"id":"1"}`)},
		"a list":                      {4400, "Invalid message received", bad(`[]`)},
		"an unknown message":          {4400, "Invalid message received", bad(`{"type":"start","id":"1"}`)},
		"the older protocol's end":    {4400, "Invalid message received", bad(`{"type":"connection_terminate"}`)},
		"a number as id":              {4400, "Invalid message received", bad(`{"id":1,"type":"subscribe","payload":{"query":"{hello}"}}`)},
		"no id":                       {4400, "Invalid message received", bad(`{"type":"subscribe","payload":{"query":"{hello}"}}`)},
		"no payload":                  {4400, "Invalid message received", bad(`{"id":"1","type":"subscribe"}`)},
		"no query":                    {4400, "Invalid message received", bad(`{"id":"1","type":"subscribe","payload":{}}`)},
		"a ping with a list":          {4400, "Invalid message received", bad(`{"type":"ping","payload":[1]}`)},
		"an id that is taken": {4409, "Subscriber for 1 already exists", func(c *client) {
			c.hello(good)
			c.subscribe("1", "subscription {silence}")
			c.subscribe("1", "{hello}")
		}},
		"a long id that is taken": {4409, "Subscriber for " + id[:104] + "…", func(c *client) {
			c.hello(good)
			c.subscribe(id, "subscription {silence}")
			c.subscribe(id, "{hello}")
		}},
		"a message over 1 MiB": {1009, "", bad(`{"type":"` + strings.Repeat("x", 1<<20) + `"}`)},
	} {
		t.Run(what, func(t *testing.T) {
			socket := s.dial(t, modern)
			story.tell(socket)
			socket.wantClosed(story.code, story.reason)
		})
	}
	s.wantNoneRunning(t)
}

// More sockets than there may be are refused before they are any, and one that ends
// makes room.
func TestSoManySocketsAreOpen(t *testing.T) {
	sockets := known(0)
	sockets.MaxSockets = 2
	s := serve(t, transport.HTTP{}, sockets)
	url := "ws" + strings.TrimPrefix(s.URL, "http")
	dial := func() (*websocket.Conn, *http.Response, error) {
		return (&websocket.Dialer{Subprotocols: []string{modern}}).Dial(url, nil)
	}
	first := s.dial(t, modern)
	s.dial(t, modern).hello("{}")
	if _, answer, err := dial(); err == nil || answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Fatalf("one too many: %v, %v", answer, err)
	}
	first.Close()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		again, _, err := dial()
		if err == nil {
			again.Close()
			return
		}
		if time.Since(begun) > 5*time.Second {
			t.Fatalf("after one has ended: %v", err)
		}
	}
}

// A protocol that is not spoken here, or none, is 4406.
func TestAnUnknownSubprotocolIsClosed(t *testing.T) {
	s := serve(t, transport.HTTP{}, known(0))
	for _, subprotocol := range []string{"", "mqtt"} {
		s.dial(t, subprotocol).wantClosed(4406, "Subprotocol not acceptable")
	}
}

// A socket on which nobody says who they are does not stay.
func TestASocketWithoutConnectionInitIsClosed(t *testing.T) {
	sockets := known(0)
	sockets.InitTimeout = 50 * time.Millisecond
	s := serve(t, transport.HTTP{}, sockets)
	s.dial(t, modern).wantClosed(4408, "Connection initialisation timeout")
	pinging := s.dial(t, modern)
	pinging.tell(`{"type":"ping"}`)
	pinging.wantClosed(4408, "Connection initialisation timeout")
	inTime := s.dial(t, modern)
	inTime.hello("{}")
	time.Sleep(100 * time.Millisecond)
	inTime.tell(`{"type":"ping"}`)
	inTime.want(`{"type":"pong"}`)
}

// Another site's page does not get a socket.
func TestAnotherOriginIsRefused(t *testing.T) {
	sockets := known(0)
	s := serve(t, transport.HTTP{}, sockets)
	url := "ws" + strings.TrimPrefix(s.URL, "http")
	header := http.Header{"Origin": {"https://elsewhere.example"}}
	if _, answer, err := websocket.DefaultDialer.Dial(url, header); err == nil || answer.StatusCode != 403 {
		t.Errorf("another origin was not refused: %v", err)
	}
	sockets.CheckOrigin = func(r *http.Request) bool { return r.Header.Get("Origin") == "https://elsewhere.example" }
	conn, _, err := websocket.DefaultDialer.Dial(url, header)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

// Whoever is known by the payload, in any spelling, or else by the header.
func TestWhoAsksIsInThePayloadOrInTheHeader(t *testing.T) {
	s := serve(t, transport.HTTP{}, known(0))
	for payload, asker := range map[string]string{
		`{"authorization":"Bearer good"}`:                               "Bearer good",
		`{"Authorization":"Bearer good"}`:                               "Bearer good",
		`{"AUTHORIZATION":"Bearer bad","authorization":"Bearer good"}`:  "Bearer good",
		`{"apiKey":"good-key"}`:                                         "Bearer good-key",
		`{"apiKey":"bad","authorization":"Bearer good"}`:                "Bearer good",
		`{"authorization":null,"headers":{"authorization":"anything"}}`: "Bearer from-header",
		`null`: "Bearer from-header",
	} {
		socket := s.dial(t, modern)
		socket.hello(payload)
		socket.subscribe("1", "{asker}")
		socket.want(`{"id":"1","type":"next","payload":{"data":{"asker":"` + asker + `"}}}`)
	}
}
