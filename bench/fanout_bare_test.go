package bench

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const (
	fanOut = 1000 // subscribers
	burst  = 200  // events that are told at once
)

const ticks = `subscription { events(types: [LIFECYCLE], actions: [\"instance-updated\"], allProjects: true) { cursor timestamp project ... on LifecycleEvent { action source } } }`

// BenchmarkFanOut tells 1,000 subscribers, each on a WebSocket of its own, of 200
// events, and then lets a bare program write the same messages to as many
// sockets: by WriteMessage of gorilla/websocket, from one goroutine for each
// core, with nothing to know about who reads. x-bare is how many messages a
// second ours sends for each one of the bare program: the median of the rounds.
//
// What has piled up for a socket goes out by one system call, which is most of
// what a bare write costs: that is why ours may be ahead in bursts. So events are
// told one by one too, where there is nothing to gather. Those wait for the window
// in which events are put in order, and so it is processor time that is compared,
// of both ends: x-bare-CPU-single is how much the bare program takes for each one
// of ours.
//
// What the profiles said: making all loaders of a response was three quarters of
// what the execution of an event cost (they are made when the first is asked for: a
// third of the CPU for 500,000 messages to subscribers who resume); and of 45 KiB
// that an idle subscriber kept, 20 were the stack of the request's goroutine below
// eighteen middlewares, and 8 net/http's own buffers (a socket has goroutines of its
// own now, and keeps 25 with its client).
func BenchmarkFanOut(b *testing.B) {
	running := start(b, 10)
	var ours []*websocket.Conn
	for _, token := range running.users(fanOut) {
		ours = append(ours, running.connect(token, ticks, "{}"))
	}
	time.Sleep(500 * time.Millisecond) // until the last of them is subscribed
	bare := newBare(b)
	for range fanOut {
		bare.connect()
	}
	told := running.sample(ours[0], ours[1:])
	var ratios []float64
	mine, theirs := 0.0, 0.0
	var mineCPU, theirsCPU time.Duration
	for b.Loop() {
		ofOurs := received(ours, burst, func() { running.lxd.Tell("default", 0, burst) })
		ofBare := received(bare.clients, burst, func() { bare.write(told, burst) })
		ratios = append(ratios, ofBare.Seconds()/ofOurs.Seconds())
		mine, theirs = mine+ofOurs.Seconds(), theirs+ofBare.Seconds()
		mineCPU += spent(func() { oneByOne(ours, func() { running.lxd.Tell("default", 0, 1) }) })
		theirsCPU += spent(func() { oneByOne(bare.clients, func() { bare.write(told, 1) }) })
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-bare")
	b.ReportMetric(float64(theirsCPU)/float64(mineCPU), "x-bare-CPU-single")
	b.ReportMetric(float64(len(ratios)*burst*fanOut)/mine, "messages/s")
	b.ReportMetric(float64(len(ratios)*burst*fanOut)/theirs, "bare-messages/s")
}

// sample is one message, as the first of the sockets gets it; the others get it
// too.
func (s *bench) sample(first *websocket.Conn, others []*websocket.Conn) []byte {
	s.lxd.Tell("default", 1000, 1)
	_, message, err := first.ReadMessage()
	if err != nil || !strings.Contains(string(message), "tick-1000") {
		s.b.Fatalf("%s, %v", message, err)
	}
	received(others, 1, func() {})
	return message
}

// oneByOne tells of 20 events, each when all have heard of the one before.
func oneByOne(sockets []*websocket.Conn, tell func()) {
	for range 20 {
		received(sockets, 1, tell)
	}
}

// received is how long it takes until each socket has received so many messages.
func received(sockets []*websocket.Conn, messages int, begin func()) time.Duration {
	var reading, ready sync.WaitGroup
	ready.Add(len(sockets))
	for _, socket := range sockets {
		reading.Go(func() {
			ready.Done()
			for range messages {
				if _, _, err := socket.NextReader(); err != nil {
					panic(err)
				}
			}
		})
	}
	ready.Wait()
	begun := time.Now()
	begin()
	reading.Wait()
	return time.Since(begun)
}

// bare is the program that ours is compared with.
type bare struct {
	b       *testing.B
	server  *httptest.Server
	mutex   sync.Mutex
	sockets []*websocket.Conn
	clients []*websocket.Conn
}

func newBare(b *testing.B) *bare {
	program := &bare{b: b}
	upgrader := websocket.Upgrader{}
	program.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		program.mutex.Lock()
		program.sockets = append(program.sockets, socket)
		program.mutex.Unlock()
		socket.ReadMessage() // until its client goes
	}))
	b.Cleanup(program.server.Close)
	return program
}

func (p *bare) connect() {
	dialer := websocket.Dialer{ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &clientBuffers}
	client, _, err := dialer.Dial(strings.Replace(p.server.URL, "http", "ws", 1), nil)
	if err != nil {
		p.b.Fatal(err)
	}
	p.b.Cleanup(func() { client.Close() })
	p.clients = append(p.clients, client)
}

// write sends the message that many times to each socket.
func (p *bare) write(message []byte, times int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var writing sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for core := range cores {
		writing.Go(func() {
			for range times {
				for n := core; n < len(p.sockets); n += cores {
					if err := p.sockets[n].WriteMessage(websocket.TextMessage, message); err != nil {
						p.b.Error(err)
					}
				}
			}
		})
	}
	writing.Wait()
}
