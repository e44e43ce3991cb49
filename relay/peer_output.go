package relay

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// output sends what a process wrote. What is not from the same stream as what
// was sent before is announced.
func (p *peer) output(stream OutputStream, piece []byte) error {
	if err := p.gate.pass(p.ctx); err != nil {
		return err
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	p.socket.SetWriteDeadline(time.Now().Add(patience))
	if stream != p.stream {
		p.stream = stream
		announced, err := json.Marshal(map[string]any{"event": "stream", "stream": strings.ToLower(string(stream))})
		if err == nil {
			err = p.socket.WriteMessage(websocket.TextMessage, announced)
		}
		if err != nil {
			return errGone
		}
	}
	if p.socket.WriteMessage(websocket.BinaryMessage, piece) != nil {
		return errGone
	}
	return nil
}

// tell sends a text frame.
func (p *peer) tell(message map[string]any, patient time.Duration) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	p.writing.Lock()
	defer p.writing.Unlock()
	p.socket.SetWriteDeadline(time.Now().Add(patient))
	return p.socket.WriteMessage(websocket.TextMessage, data)
}

func (p *peer) failure(err error) map[string]any {
	code, message := p.relay.Tell(err)
	return map[string]any{"event": "error", "code": code, "message": message}
}
