package bench

import (
	"runtime"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// mostIdle is what an idle subscriber may keep, in bytes: heap and stacks, with
// its client's own, which runs in this process too.
const mostIdle = 32 << 10

// kept is what the process keeps: heap that is used, and stacks.
func kept() uint64 {
	var memory runtime.MemStats
	for range 3 { // the first makes pools give up what the second takes; stacks shrink meanwhile
		runtime.GC()
		time.Sleep(50 * time.Millisecond)
	}
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc + memory.StackInuse
}

// TestAnIdleSubscriberKeepsLittle counts what 1,000 idle subscribers keep, each on
// a WebSocket of its own. The clients are counted in: without them it is less.
func TestAnIdleSubscriberKeepsLittle(t *testing.T) {
	running := start(t, 10)
	tokens := running.users(fanOut)
	first := running.connect(tokens[0], ticks, "{}") // the execution is not an idle subscriber's
	defer first.Close()
	time.Sleep(200 * time.Millisecond)
	before := kept()
	sockets := make([]*websocket.Conn, 0, fanOut)
	for _, token := range tokens[1:] {
		socket := running.connect(token, ticks, "{}")
		defer socket.Close()
		sockets = append(sockets, socket)
	}
	time.Sleep(500 * time.Millisecond)
	idle := (kept() - before) / uint64(len(sockets))
	t.Logf("an idle subscriber keeps %d bytes, with its client", idle)
	if idle > mostIdle {
		t.Errorf("an idle subscriber keeps %d bytes, want at most %d", idle, mostIdle)
	}
	// After a burst all of them are idle again.
	running.lxd.Tell("default", 0, burst)
	received(append(sockets, first), burst, func() {})
	time.Sleep(100 * time.Millisecond)
	again := (kept() - before) / uint64(len(sockets))
	t.Logf("and %d bytes after %d events", again, burst)
	if again > mostIdle {
		t.Errorf("an idle subscriber keeps %d bytes after a burst, want at most %d", again, mostIdle)
	}
	runtime.KeepAlive(sockets)
}
