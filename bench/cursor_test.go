package bench

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const resumed = `subscription($after: String) { events(types: [LIFECYCLE], actions: [\"instance-updated\"], allProjects: true, after: $after) { cursor ... on LifecycleEvent { source } } }`

// LXD tells of 1,000 events a second, and 100 subscribers follow them who lose
// their socket now and then, and come back with their cursor: most at once, some
// after a while. Each is told of each event once, in order. `make soak` does so
// for a minute.
func TestNoEventIsLostOrRepeated(t *testing.T) {
	long, subscribers := 5*time.Second, 25
	if os.Getenv("LXDQL_SOAK") != "" {
		long, subscribers = time.Minute, 100
	}
	const each, pause = 10, 10 * time.Millisecond
	total := int(long/pause) * each
	running := start(t, 10)
	running.lxd.Tell("default", 0, 1) // the event that all have heard
	first := running.firstCursor()
	var all sync.WaitGroup
	var sockets atomic.Int64
	for n, token := range running.users(subscribers) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 3))
			cursor := first
			for heard := 0; heard < total && !t.Failed(); sockets.Add(1) {
				heard, cursor = running.resume(token, cursor, heard, total, 200+random.IntN(6000))
				if random.IntN(5) == 0 {
					time.Sleep(time.Duration(random.IntN(1000)) * time.Millisecond)
				}
			}
		})
	}
	begun := time.Now()
	for n := range total / each {
		running.lxd.Tell("default", 1+n*each, each)
		time.Sleep(time.Until(begun.Add(time.Duration(n+1) * pause)))
	}
	told := time.Since(begun)
	all.Wait()
	t.Logf("%d events in %v, heard by %d subscribers on %d sockets, the last %v later", total, told, subscribers, sockets.Load(), time.Since(begun)-told)
}

// firstCursor is the cursor of the only event so far.
func (s *bench) firstCursor() string {
	for range 100 {
		var page struct {
			Events struct{ Nodes []struct{ Cursor string } }
		}
		s.ask(`{ events(last: 1, actions: ["instance-updated"]) { nodes { cursor } } }`, &page)
		if len(page.Events.Nodes) > 0 {
			return page.Events.Nodes[0].Cursor
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.b.Fatal("the journal does not know the event")
	return ""
}

// resume hears at most so many events behind a cursor, and leaves.
func (s *bench) resume(token, cursor string, heard, total, most int) (int, string) {
	socket := s.connect(token, resumed, `{"after":"`+cursor+`"}`)
	defer socket.Close()
	for range most {
		if heard == total {
			break
		}
		socket.SetReadDeadline(time.Now().Add(30 * time.Second))
		_, text, err := socket.ReadMessage()
		if err != nil || bytes.Contains(text, []byte(`"SUBSCRIPTION_LAGGED"`)) {
			break // on a slow machine it goes on from its cursor
		}
		if now, _ := strconv.Atoi(between(text, "tick-")); now != heard+1 {
			s.b.Errorf("%s instead of %d", text, heard+1)
			return total, cursor
		}
		heard, cursor = heard+1, between(text, `"cursor":"`)
	}
	return heard, cursor
}

// between is what stands between a text and the next quotation mark.
func between(message []byte, before string) string {
	_, rest, _ := bytes.Cut(message, []byte(before))
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(text)
}
