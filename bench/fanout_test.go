package bench

import (
	"fmt"
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

// watch opens sockets, of several users, that are told when the instance was
// restarted.
func (s *bench) watch(count int) []*websocket.Conn {
	s.b.Helper()
	sockets := make([]*websocket.Conn, count)
	for n, token := range s.users(count) {
		sockets[n] = s.connect(token, `subscription { events(types: [LIFECYCLE], actions: [\"instance-restarted\"], allProjects: true) { cursor } }`, "{}")
		s.b.Cleanup(func() { sockets[n].Close() })
	}
	time.Sleep(500 * time.Millisecond) // until the last of them is subscribed
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
