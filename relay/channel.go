package relay

import (
	"time"

	"github.com/gorilla/websocket"
)

// exchange carries bytes both ways between the caller and a channel of LXD
// until one of them ends it.
func (p *peer) exchange(channel *websocket.Conn) error {
	ended := make(chan error, 1)
	p.tasks.Go(func() {
		err := pump(channel, func(piece []byte) error { return p.output(Stdout, piece) })
		if _, ours := err.(*writeError); !ours {
			err = nil // LXD has ended it
		}
		ended <- err
	})
	for input := p.input; ; {
		select {
		case <-p.ctx.Done():
			return p.reason()
		case err := <-ended:
			if p.ctx.Err() != nil {
				return p.reason()
			}
			return err
		case <-p.controls: // a screen has no size and takes no signals
		case piece, more := <-input:
			if !more {
				input = nil
				continue
			}
			channel.SetWriteDeadline(time.Now().Add(patience))
			if channel.WriteMessage(websocket.BinaryMessage, piece.data) != nil {
				input = nil // LXD takes no more; what it sends may still come
			}
			piece.done()
		}
	}
}
