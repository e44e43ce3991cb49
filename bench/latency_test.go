package bench

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkLatency is how long an event takes from LXD's frame to a client's, in
// milliseconds: the half and the 99th of a hundred, with 100 subscribers. LXD
// tells of 100 events a second. 5 ms of it is the window in which events that
// overtook each other are put in order.
func BenchmarkLatency(b *testing.B) {
	running := start(b, 10)
	const subscribers = 100
	var mutex sync.Mutex
	var took []time.Duration
	var reading sync.WaitGroup
	for _, token := range running.users(subscribers) {
		socket := running.connect(token, ticks, "{}")
		b.Cleanup(func() { socket.Close() })
		reading.Go(func() {
			for {
				_, message, err := socket.ReadMessage()
				now := time.Now()
				if err != nil || bytes.Contains(message, []byte(`tick-999999"`)) {
					return
				}
				_, rest, _ := bytes.Cut(message, []byte(`"timestamp":"`))
				text, _, _ := bytes.Cut(rest, []byte(`"`))
				sent, err := time.Parse(time.RFC3339Nano, string(text))
				if err != nil {
					b.Errorf("%s: %v", message, err)
					return
				}
				mutex.Lock()
				took = append(took, now.Sub(sent))
				mutex.Unlock()
			}
		})
	}
	time.Sleep(500 * time.Millisecond)
	n := 0
	for b.Loop() {
		running.lxd.Tell("default", n, 1)
		n++
		time.Sleep(10 * time.Millisecond)
	}
	running.lxd.Tell("default", 999999, 1)
	reading.Wait()
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(float64(len(took)-1)*share)].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(1), "max-ms")
}
