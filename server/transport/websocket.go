package transport

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
)

// The close codes of graphql-transport-ws.
const (
	closeBadMessage   = 4400
	closeUnauthorized = 4401
	closeForbidden    = 4403
	closeProtocol     = 4406
	closeInitTimeout  = 4408
	closeDuplicate    = 4409
	closeTooManyInits = 4429
)

// WebSocket carries all operations over gorilla/websocket, by
// graphql-transport-ws or the older graphql-ws of npm
// subscriptions-transport-ws. It is used by pointer.
type WebSocket struct {
	// Init says who the caller is: it is given the `authorization` of the
	// payload of connection_init, or the header of that name where there is
	// none. It returns the context of all that the socket asks, and when the
	// right to ask ends (the zero time is never). An error refuses.
	Init func(ctx context.Context, authorization string) (context.Context, time.Time, error)
	// Renew is given a newer authorization, of a ping's payload, and says when
	// the right to ask ends with it. It has to refuse another caller's.
	Renew func(ctx context.Context, authorization string) (time.Time, error)
	// CheckOrigin decides about a browser's Origin; nil takes the same origin only.
	CheckOrigin func(*http.Request) bool
	// InitTimeout is how long connection_init may take; 0 is 10 s.
	InitTimeout time.Duration
	// PingInterval is how often the client is pinged; 0 is 25 s. One that is
	// not heard of for two of them is gone.
	PingInterval time.Duration
	// MaxOperations bounds what one socket asks at once; 0 is 100.
	MaxOperations int

	sockets sync.WaitGroup
}

var _ graphql.Transport = (*WebSocket)(nil)

const (
	// maxMessage bounds a message of the client, in bytes.
	maxMessage = 1 << 20
	// queued bounds the messages that wait to be sent on one socket.
	queued = 64
)

// Supports takes WebSockets.
func (t *WebSocket) Supports(r *http.Request) bool { return websocket.IsWebSocketUpgrade(r) }

// Wait returns when all sockets have ended, which takes the end of their contexts.
func (t *WebSocket) Wait() { t.sockets.Wait() }

// Do serves one socket until it ends.
func (t *WebSocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	upgrader := websocket.Upgrader{
		CheckOrigin:  t.CheckOrigin,
		Subprotocols: []string{"graphql-transport-ws", "graphql-ws"},
	}
	socket, err := upgrader.Upgrade(w, r, nil) // answers by itself when it fails
	if err != nil {
		return
	}
	t.sockets.Add(1)
	defer t.sockets.Done()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	connection := &connection{
		transport: t, socket: socket, exec: exec, ctx: ctx, cancel: cancel, headers: r.Header,
		words: modern, queue: make(chan []byte, queued), operations: make(map[string]context.CancelFunc),
	}
	if socket.Subprotocol() == "graphql-ws" {
		connection.words = legacy
	}
	connection.serve()
}

func orElse(value, otherwise time.Duration) time.Duration {
	if value == 0 {
		return otherwise
	}
	return value
}
