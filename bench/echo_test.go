package bench

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// BenchmarkEcho presses a key in a terminal and waits until it is shown, through
// the server and by a bare client at LXD, in turns. µs-more is what the server
// adds at the median; it is to be below 2000.
func BenchmarkEcho(b *testing.B) {
	s := onRealLXD(b)
	keys := 300
	if long() {
		keys = 3000
	}
	opened := s.graphQL(`mutation { createExecSession(name: "` + s.instance + `", command: ["sh", "-c", "stty -icanon -echo; cat"], interactive: true) { url } }`)
	ours, _, err := websocket.DefaultDialer.Dial(opened["createExecSession"].(map[string]any)["url"].(string), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ours.Close() })
	theirs := s.terminal()
	var times [2][]float64
	for b.Loop() {
		for range keys {
			for n, terminal := range []*websocket.Conn{ours, theirs} {
				times[n] = append(times[n], since(func() { press(b, terminal) }))
			}
		}
	}
	through, bare := median(times[0])*1e6, median(times[1])*1e6
	b.ReportMetric(through-bare, "µs-more")
	b.ReportMetric(bare, "µs-bare")
}

// terminal opens one at LXD itself.
func (s *real) terminal() *websocket.Conn {
	s.b.Helper()
	made := s.lxd("POST", "/1.0/instances/"+s.instance+"/exec", map[string]any{"command": []string{"sh", "-c", "stty -icanon -echo; cat"}, "wait-for-websocket": true, "interactive": true, "width": 80, "height": 25})
	secrets := made["metadata"].(map[string]any)["metadata"].(map[string]any)["fds"].(map[string]any)
	dialer := websocket.Dialer{NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", s.socket)
	}}
	var terminal *websocket.Conn
	for _, stream := range []string{"control", "0"} {
		connection, _, err := dialer.Dial("ws://lxd"+made["operation"].(string)+"/websocket?secret="+secrets[stream].(string), http.Header{})
		if err != nil {
			s.b.Fatal(err)
		}
		s.b.Cleanup(func() { connection.Close() })
		terminal = connection
	}
	return terminal
}

// press sends a key and reads until it comes back.
func press(b *testing.B, terminal *websocket.Conn) {
	b.Helper()
	if err := terminal.WriteMessage(websocket.BinaryMessage, []byte("k")); err != nil {
		b.Fatal(err)
	}
	terminal.SetReadDeadline(time.Now().Add(30 * time.Second))
	for {
		kind, text, err := terminal.ReadMessage()
		if err != nil {
			b.Fatal(err)
		}
		if kind == websocket.BinaryMessage && strings.Contains(string(text), "k") {
			return
		}
	}
}
