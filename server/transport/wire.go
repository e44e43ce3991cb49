package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// batchSize is about how much is written at once, in bytes: what waits goes out
// by one system call, which costs as much as encoding some ten messages.
const batchSize = 32 << 10

// largestBatch bounds what a batch keeps of the memory of a large message.
const largestBatch = 128 << 10

// batches are the buffers that messages are put together in: a socket has one
// while it writes.
var batches = sync.Pool{New: func() any { return new([]byte) }}

var (
	errTold = errors.New("the end of the socket has been told")
	errBusy = errors.New("the socket is being written to")
)

// wire writes frames of WebSocket. gorilla/websocket, which reads them, writes
// each message by a system call of its own, and has no way for one whose parts
// lie in several places.
type wire struct {
	conn net.Conn
	turn chan struct{} // holds a token while somebody writes
	told bool          // that the socket ends: nothing may follow; guarded by turn
}

func newWire(conn net.Conn) wire { return wire{conn: conn, turn: make(chan struct{}, 1)} }

// send writes messages of text, until ctx ends.
func (w *wire) send(ctx context.Context, items []item) error {
	buffer := batches.Get().(*[]byte)
	batch := (*buffer)[:0]
	var err error
	for n := range items {
		batch = appendFrame(batch, websocket.TextMessage, items[n].head, items[n].body, items[n].tail)
		if len(batch) < batchSize && n < len(items)-1 {
			continue
		}
		if err = ctx.Err(); err == nil {
			err = w.write(batch, writeTimeout, false)
		}
		if err != nil {
			break
		}
		batch = batch[:0]
	}
	if cap(batch) <= largestBatch {
		*buffer = batch
		batches.Put(buffer)
	}
	return err
}

// text writes one message.
func (w *wire) text(data []byte) error {
	return w.write(appendFrame(nil, websocket.TextMessage, data), writeTimeout, false)
}

// control writes a message of WebSocket itself: at most 125 bytes.
func (w *wire) control(kind int, data []byte, within time.Duration) error {
	return w.write(appendFrame(nil, kind, data), within, kind == websocket.CloseMessage)
}

// write writes whole frames when it is its turn; last says that nothing may follow.
func (w *wire) write(frames []byte, within time.Duration, last bool) error {
	deadline := time.Now().Add(within)
	select {
	case w.turn <- struct{}{}:
	default:
		timer := time.NewTimer(within)
		defer timer.Stop()
		select {
		case w.turn <- struct{}{}:
		case <-timer.C:
			return errBusy
		}
	}
	defer func() { <-w.turn }()
	if w.told {
		return errTold
	}
	w.told = last
	w.conn.SetWriteDeadline(deadline)
	_, err := w.conn.Write(frames)
	return err
}

// appendFrame appends a frame of a server: a whole message, not masked.
func appendFrame(to []byte, kind int, parts ...[]byte) []byte {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	const whole = 0x80
	to = append(to, whole|byte(kind))
	switch {
	case size < 126:
		to = append(to, byte(size))
	case size < 1<<16:
		to = binary.BigEndian.AppendUint16(append(to, 126), uint16(size))
	default:
		to = binary.BigEndian.AppendUint64(append(to, 127), uint64(size))
	}
	for _, part := range parts {
		to = append(to, part...)
	}
	return to
}
