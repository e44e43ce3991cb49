package lxdsim

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// maxQueued frames may wait for a listener that reads slowly; then its
	// stream ends.
	maxQueued = 8192
	// writeDeadline is how long one frame may take, as in LXD.
	writeDeadline = 5 * time.Second
)

// listener is one open event stream.
type listener struct {
	connection  *websocket.Conn
	types       map[string]bool
	project     string
	allProjects bool
	pingEvery   time.Duration

	// wake tells the writer of a new frame, ended that the stream is over.
	wake    chan struct{}
	ended   chan struct{}
	endOnce sync.Once
	// stalled is whether no byte is sent any more.
	stalled atomic.Bool

	mu      sync.Mutex
	waiting frameQueue
}

// wants is true for events of the chosen types, of the chosen project or of none.
func (l *listener) wants(kind, project string) bool {
	return l.types[kind] && (l.allProjects || project == "" || project == l.project)
}

// queue never blocks.
func (l *listener) queue(frame []byte, due time.Time) {
	l.mu.Lock()
	full := l.waiting.Len() >= maxQueued
	if !full {
		l.waiting.add(frame, due)
	}
	l.mu.Unlock()
	if full {
		l.end()
		return
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// end closes the connection without a close frame, as LXD does.
func (l *listener) end() {
	l.endOnce.Do(func() {
		close(l.ended)
		l.connection.Close()
	})
}

// read takes in what the client sends, so that pongs and its going away are
// noticed.
func (l *listener) read() {
	defer l.end()
	answer := l.connection.PingHandler()
	l.connection.SetPingHandler(func(text string) error {
		if l.stalled.Load() {
			return nil
		}
		return answer(text)
	})
	for {
		if _, _, err := l.connection.NextReader(); err != nil {
			return
		}
	}
}

// write sends frames when they are due, and pings.
func (l *listener) write() {
	defer l.end()
	pings := time.NewTicker(l.pingEvery)
	defer pings.Stop()
	if !l.ping() {
		return
	}
	for {
		l.mu.Lock()
		frame, in := l.waiting.next(time.Now())
		l.mu.Unlock()
		if l.stalled.Load() {
			<-l.ended
			return
		}
		if frame != nil {
			if !l.send(frame) {
				return
			}
			continue
		}
		if !l.rest(in, pings.C) {
			return
		}
	}
}

// rest returns when there may be something to send; false when the stream is over.
func (l *listener) rest(in time.Duration, pings <-chan time.Time) bool {
	var due <-chan time.Time
	if in >= 0 {
		timer := time.NewTimer(in)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-l.wake:
	case <-pings:
		return l.stalled.Load() || l.ping()
	case <-l.ended:
		return false
	}
	return true
}

func (l *listener) send(frame []byte) bool {
	return l.connection.SetWriteDeadline(time.Now().Add(writeDeadline)) == nil &&
		l.connection.WriteMessage(websocket.TextMessage, frame) == nil
}

func (l *listener) ping() bool {
	return l.connection.WriteControl(websocket.PingMessage, []byte("keepalive"), time.Now().Add(writeDeadline)) == nil
}
