package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A subscriber that never reads keeps a bounded amount of memory, and one that
// reads is told all meanwhile. When it reads again it is told what it can go on
// after, and goes on without a hole.
func TestASubscriberThatNeverReadsIsNobodysTrouble(t *testing.T) {
	running := start(t, 10)
	const total, each = 20_000, 200
	tokens := running.users(2)
	query := strings.Replace(resumed, "source }", "source action requestor { username protocol address } }", 1)
	quick := running.connect(tokens[0], query, "{}")
	defer quick.Close()
	narrow := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, NetDial: func(network, address string) (net.Conn, error) {
		connection, err := net.Dial(network, address)
		if err == nil {
			err = connection.(*net.TCPConn).SetReadBuffer(64 << 10)
		}
		return connection, err
	}}
	slow, _, err := narrow.Dial(strings.Replace(running.url, "http", "ws", 1), http.Header{"Authorization": {"Bearer " + tokens[1]}})
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	slow.WriteMessage(websocket.TextMessage, []byte(`{"type":"connection_init"}`))
	slow.WriteMessage(websocket.TextMessage, []byte(`{"id":"1","type":"subscribe","payload":{"query":"`+query+`","variables":{}}}`))
	time.Sleep(500 * time.Millisecond)
	before := kept()
	for n := range total {
		if n%each == 0 {
			running.lxd.Tell("default", n, each)
		}
		quick.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, text, err := quick.ReadMessage(); err != nil || between(text, "tick-") != strconv.Itoa(n) {
			t.Fatalf("%s, %v instead of %d", text, err, n)
		}
	}
	more := int64(kept()) - int64(before)
	t.Logf("%d bytes more are kept", more)
	if more > 32<<20 { // 16 MiB are the hub's memory of what happened last
		t.Errorf("%d bytes more are kept", more)
	}
	heard, cursor := -1, ""
	for {
		slow.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, text, err := slow.ReadMessage()
		var waited net.Error
		if err != nil && !errors.As(err, &waited) && cursor != "" {
			t.Logf("it had not read for 10 s: %v", err) // on a slow machine
			break
		}
		if err != nil {
			t.Fatalf("after %d: %v", heard, err)
		}
		if bytes.Contains(text, []byte("connection_ack")) {
			continue
		}
		if bytes.Contains(text, []byte(`"type":"error"`)) {
			var message struct {
				Payload []struct{ Extensions struct{ Code, Cursor string } }
			}
			if json.Unmarshal(text, &message) != nil || message.Payload[0].Extensions.Code != "SUBSCRIPTION_LAGGED" || message.Payload[0].Extensions.Cursor != cursor {
				t.Fatalf("%s, want the cursor %s", text, cursor)
			}
			break
		}
		if heard++; between(text, "tick-") != strconv.Itoa(heard) {
			t.Fatalf("%s instead of %d", text, heard)
		}
		cursor = between(text, `"cursor":"`)
	}
	t.Logf("it was ended after %d events", heard)
	for last := false; !last; {
		now, at := running.resume(tokens[1], cursor, heard, total-1, total)
		last, heard, cursor = now == total-1, now, at
	}
}
