package transport_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// number is the one that a message tells; 0 for none.
func number(message []byte) int {
	_, rest, _ := bytes.Cut(message, []byte(`"ticks":"`))
	text, _, _ := strings.Cut(string(rest), `"`)
	told, _ := strconv.Atoi(strings.TrimRight(text, "x"))
	return told
}

// Subscribers come and go with their cursors while events come, some of them
// long behind. Each hears all, each once; and most of the time one execution is
// enough for all who have caught up.
func TestNobodyWhoResumesMissesOrRepeats(t *testing.T) {
	s, source := sharing(t)
	const total, subscribers = 6000, 12
	ended := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() {
		defer close(ended)
		for source.newest() < total {
			source.tick(1 + rand.IntN(20))
			time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
		}
	})
	var all sync.WaitGroup
	for n := range subscribers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 7))
			heard := 0
			for heard < int(source.newest()) || source.newest() < total {
				heard = s.visit(t, random, heard, total)
				if t.Failed() {
					return
				}
				if random.IntN(4) == 0 {
					time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
				}
			}
		})
	}
	all.Wait()
	<-ended
	telling.Wait()
	wantExecutions(t, source, 0)
	t.Logf("%d executions", source.begun.Load())
}

// visit is one socket of a subscriber who has heard all up to a number: it hears
// some more, and leaves. At the end it hears all.
func (s *server) visit(t *testing.T, random *rand.Rand, heard, total int) int {
	socket := s.dial(t, modern)
	defer socket.Close()
	socket.hello(`{"authorization":"Bearer good"}`)
	question := `{"query":"subscription($after: String) {ticks(after: $after)}","variables":{"after":"` + strconv.Itoa(heard) + `"}}`
	if random.IntN(3) == 0 {
		question = `{"query":"subscription {ticks(after: \"` + strconv.Itoa(heard) + `\")}"}`
	}
	socket.tell(`{"id":"1","type":"subscribe","payload":` + question + `}`)
	most := 1 + random.IntN(400)
	for range most {
		if now := int(s.ticks.newest()); now >= total && heard == now {
			return heard
		}
		_, message, err := socket.ReadMessage()
		if err != nil || number(message) != heard+1 {
			t.Errorf("%s, %v instead of %d", message, err, heard+1)
			return heard
		}
		heard++
	}
	return heard
}

// Who has caught up is told by the same execution as all others, wherever the
// cursor was written.
func TestWhoHasCaughtUpIsShared(t *testing.T) {
	s, source := sharing(t)
	source.tick(1000)
	asked := []string{
		`{"query":"subscription($after: String) {ticks(after: $after)}","variables":{}}`,
		`{"query":"subscription($after: String) {ticks(after: $after)}","variables":{"after":null}}`,
		`{"query":"subscription($after: String) {ticks(after: $after)}","variables":{"after":"1000"}}`,
		`{"query":"subscription($after: String) {ticks(after: $after)}","variables":{"after":"990"}}`,
		`{"query":"subscription($after: String) {ticks(after: $after)}","variables":{"after":"10"}}`,
	}
	from := []int{1000, 1000, 1000, 990, 10}
	sockets := make([]*client, len(asked))
	for n, payload := range asked {
		sockets[n] = s.dial(t, modern)
		sockets[n].hello(`{"authorization":"Bearer good"}`)
		sockets[n].tell(`{"id":"1","type":"subscribe","payload":` + payload + `}`)
		time.Sleep(100 * time.Millisecond)
	}
	for range 3 {
		source.tick(5)
		for n, socket := range sockets {
			for from[n] < int(source.newest()) {
				if _, message, err := socket.ReadMessage(); err != nil || number(message) != from[n]+1 {
					t.Fatalf("%d: %s, %v instead of %d", n, message, err, from[n]+1)
				}
				from[n]++
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	wantExecutions(t, source, 1)
}
