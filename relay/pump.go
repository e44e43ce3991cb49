package relay

import (
	"io"
	"sync"

	"github.com/gorilla/websocket"
)

// pieceSize is how much is carried at once, in bytes.
const pieceSize = 32 << 10

// pump carries the data of a WebSocket's binary frames, piece by piece, until a
// text frame, which is LXD's end of a stream, or the end of the socket. A write
// that blocks holds the sender up: nothing is kept here but the one piece.
func pump(from *websocket.Conn, write func([]byte) error) error {
	piece := make([]byte, pieceSize)
	for {
		kind, frame, err := from.NextReader()
		if err != nil || kind != websocket.BinaryMessage {
			return err
		}
		for {
			n, err := frame.Read(piece)
			if n > 0 {
				if err := write(piece[:n]); err != nil {
					return &writeError{err}
				}
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
	}
}

// piece is input on its way. Who has passed it on is done with it.
type piece struct {
	data []byte
	// whole is what it was read into, to be read into again; nil where it is not to be.
	whole *[inputPiece]byte
}

var pieces = sync.Pool{New: func() any { return new([inputPiece]byte) }}

func (p piece) done() {
	if p.whole != nil {
		pieces.Put(p.whole)
	}
}

// writeError is the end of a pump because of where it carries to.
type writeError struct{ cause error }

func (e *writeError) Error() string { return e.cause.Error() }
func (e *writeError) Unwrap() error { return e.cause }
