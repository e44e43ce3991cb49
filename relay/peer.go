package relay

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
)

const (
	// pingEvery is how often a caller is pinged. One that is gone is noticed by
	// it even while nothing is read of what it sent, because the process takes
	// no input.
	pingEvery = 2 * time.Second
	// unheard is how long a caller may not be heard of who is listened to.
	unheard = time.Minute
	// recheckEvery is how often is looked whether the caller still may.
	recheckEvery = 30 * time.Second
	// piecesWaiting bounds the input that the process has not taken, so that
	// signals and the caller's end are seen behind it: 1 MiB.
	piecesWaiting = 64
	inputPiece    = 16 << 10
	// farewell is how long a caller has to take notice of the end.
	farewell = time.Minute
)

// peer is the caller's end of a stream: a goroutine that reads and one that
// watches, which end before leave returns. Output is written by those who have it.
type peer struct {
	relay    *Relay
	socket   *websocket.Conn
	identity *auth.Identity
	// ctx is the stream's, and ends with its reason when the caller is gone or
	// may not any more.
	ctx    context.Context
	cancel context.CancelCauseFunc

	input    chan piece
	controls chan *control

	gate    gate
	writing sync.Mutex
	stream  OutputStream // the one that was last written of
	read    chan struct{}
	tasks   sync.WaitGroup
	heard   atomic.Int64 // Unix nanoseconds; 0 while nobody listens
	expiry  *time.Timer
	unblock func() bool // stops the release of writes at the end of ctx
}

// accept makes a WebSocket of a request; nil when it has been refused.
func (r *Relay) accept(w http.ResponseWriter, request *http.Request, identity *auth.Identity, protocols ...string) *peer {
	upgrader := websocket.Upgrader{CheckOrigin: r.CheckOrigin, ReadBufferSize: pieceSize, WriteBufferSize: pieceSize, WriteBufferPool: &buffers, Subprotocols: protocols}
	socket, err := upgrader.Upgrade(w, request, nil) // answers by itself when it fails
	if err != nil {
		return nil
	}
	p := &peer{relay: r, socket: socket, identity: identity, stream: Stdout, input: make(chan piece, piecesWaiting), controls: make(chan *control, 16), read: make(chan struct{})}
	watched, _ := r.Watch(auth.With(request.Context(), identity), identity) // forgotten with the request
	p.ctx, p.cancel = context.WithCancelCause(watched)
	p.expiry = time.AfterFunc(lifetime(identity), func() { p.cancel(auth.ErrTokenExpired) })
	p.unblock = context.AfterFunc(p.ctx, p.release)
	p.tasks.Go(p.receive)
	p.tasks.Go(p.watch)
	return p
}

// lifetime is how long an identity holds: an API token may have no end.
func lifetime(identity *auth.Identity) time.Duration {
	if identity.ExpiresAt.IsZero() {
		return 100 * 365 * 24 * time.Hour
	}
	return time.Until(identity.ExpiresAt)
}

// release lets go of a write that a caller holds up who reads nothing.
func (p *peer) release() {
	if context.Cause(p.ctx) == errGone {
		p.socket.Close()
		return
	}
	p.socket.UnderlyingConn().SetWriteDeadline(time.Now().Add(time.Second))
}

var buffers sync.Pool

// receive reads until the socket ends, after the stream's end too: what would
// be left unread would take away from the caller what was sent last.
func (p *peer) receive() {
	defer close(p.read)
	defer p.cancel(errGone)
	p.socket.SetPongHandler(func(string) error { p.hear(); return nil })
	for ended := false; ; {
		p.hear()
		kind, frame, err := p.socket.NextReader()
		if err != nil {
			return
		}
		p.hear()
		switch {
		case p.ctx.Err() != nil || (ended && kind == websocket.BinaryMessage):
			_, err = io.Copy(io.Discard, frame)
		case kind == websocket.BinaryMessage:
			err = p.receiveData(frame)
		default:
			var end bool
			end, err = p.receiveControl(frame, ended)
			ended = ended || end
		}
		if err != nil {
			return
		}
	}
}

func (p *peer) hear() { p.heard.Store(time.Now().UnixNano()) }

// receiveData passes input on. It waits while the process does not take it.
func (p *peer) receiveData(frame io.Reader) error {
	for {
		read := pieces.Get().(*[inputPiece]byte)
		n, err := frame.Read(read[:])
		if n > 0 {
			p.heard.Store(0)
			select {
			case p.input <- piece{read[:n], read}:
			case <-p.ctx.Done():
			}
			p.hear()
		} else {
			pieces.Put(read)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// receiveControl does what a text frame says; one that cannot be done is
// answered, and the stream goes on.
func (p *peer) receiveControl(frame io.Reader, ended bool) (end bool, err error) {
	data, err := io.ReadAll(io.LimitReader(frame, maxControl))
	if err != nil {
		return false, err
	}
	message, err := readControl(data)
	if err == nil && message.Command == "renew" {
		err = p.renew(message.Args.Authorization)
	}
	if err != nil {
		return false, p.tell(p.failure(err), patience)
	}
	switch message.Command {
	case "end-of-input":
		if !ended {
			close(p.input)
		}
		return true, nil
	case "pause", "resume":
		p.gate.set(message.Command == "pause")
	case "window-resize", "signal":
		select {
		case p.controls <- message:
		case <-p.ctx.Done():
		}
	}
	return false, nil
}

// renew takes a newer token of the same user.
func (p *peer) renew(authorization string) error {
	identity, err := p.relay.Identify(p.ctx, authorization)
	if err != nil {
		return err
	}
	if identity.User.ID != p.identity.User.ID {
		return ErrTicket
	}
	p.expiry.Reset(lifetime(identity))
	return nil
}

// watch pings, and looks whether the caller is there and still may.
func (p *peer) watch() {
	pings, rechecks := time.NewTicker(pingEvery), time.NewTicker(recheckEvery)
	defer pings.Stop()
	defer rechecks.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-rechecks.C:
			if _, err := p.relay.Recheck(p.ctx, p.identity); err != nil {
				p.cancel(err)
			}
		case <-pings.C:
			// A caller that takes nothing is waited for like one that takes no output.
			err := p.socket.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience))
			last := p.heard.Load()
			if err != nil || (last != 0 && time.Since(time.Unix(0, last)) > unheard) {
				p.cancel(errGone)
			}
		}
	}
}

// reason is why the stream has ended.
func (p *peer) reason() error { return context.Cause(p.ctx) }
