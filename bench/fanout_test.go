package bench

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// BenchmarkSubscribers changes an instance while that many sockets watch, until
// all of them have heard of it. x-one is how many times as long it takes as
// with one watcher, in the same run. However many watch, LXD has one listener.
func BenchmarkSubscribers(b *testing.B) {
	for _, watchers := range []int{10, 100, 500} {
		b.Run(fmt.Sprint(watchers), func(b *testing.B) {
			running := start(b, 10)
			running.ask(`mutation { startInstance(name: "web-0", wait: 10) { operation { status } } }`, nil)
			one, many := running.watch(1), running.watch(watchers)
			ofOne, ofMany := time.Duration(0), time.Duration(0)
			for b.Loop() {
				begun := time.Now()
				var both sync.WaitGroup
				both.Go(func() { running.hear(one); ofOne += time.Since(begun) })
				both.Go(func() { running.hear(many); ofMany += time.Since(begun) })
				running.ask(`mutation { restartInstance(name: "web-0", force: true, wait: 10) { operation { status } } }`, nil)
				both.Wait()
			}
			b.ReportMetric(float64(ofMany)/float64(ofOne), "x-one")
		})
	}
}

// watch opens sockets that are told when the instance was restarted.
func (s *bench) watch(count int) []*websocket.Conn {
	sockets := make([]*websocket.Conn, count)
	for n := range sockets {
		dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
		socket, _, err := dialer.Dial(strings.Replace(s.url, "http", "ws", 1), http.Header{"Authorization": {"Bearer " + s.token}})
		if err != nil {
			s.b.Fatal(err)
		}
		s.b.Cleanup(func() { socket.Close() })
		for _, message := range []string{
			`{"type":"connection_init"}`,
			`{"id":"1","type":"subscribe","payload":{"query":"subscription { events(types: [LIFECYCLE], actions: [\"instance-restarted\"]) { cursor } }"}}`,
			`{"type":"ping"}`, // its answer comes when the subscription is being run
		} {
			if err := socket.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
				s.b.Fatal(err)
			}
		}
		for _, want := range []string{"connection_ack", "pong"} {
			if _, text, err := socket.ReadMessage(); err != nil || !strings.Contains(string(text), want) {
				s.b.Fatalf("%s, %v instead of %s", text, err, want)
			}
		}
		sockets[n] = socket
	}
	time.Sleep(200 * time.Millisecond) // until the last of them is subscribed
	return sockets
}

// hear returns when each socket was told once.
func (s *bench) hear(sockets []*websocket.Conn) {
	var failed sync.Once
	var all sync.WaitGroup
	for _, socket := range sockets {
		all.Go(func() {
			if _, text, err := socket.ReadMessage(); err != nil || !strings.Contains(string(text), `"next"`) {
				failed.Do(func() { s.b.Errorf("a watcher heard %q, %v", text, err) })
			}
		})
	}
	all.Wait()
}
