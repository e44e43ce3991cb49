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
	// payload of connection_init (an `apiKey` as "Bearer …"), or the header of
	// that name where there is none. It returns the context of all that the
	// socket asks, which has to be made from ctx, and when the right to ask ends
	// (the zero time is never). An error refuses; nil takes everybody.
	Init func(ctx context.Context, authorization string) (context.Context, time.Time, error)
	// Renew is given a newer authorization, of a ping's payload, and says when
	// the right to ask ends with it; ctx is what Init returned. It has to refuse
	// another caller's, and then all stays as it was; nil renews nothing.
	Renew func(ctx context.Context, authorization string) (time.Time, error)
	// CheckOrigin decides about a browser's Origin; nil takes the same origin only.
	CheckOrigin func(*http.Request) bool
	// InitTimeout is how long connection_init may take; 0 is 10 s.
	InitTimeout time.Duration
	// PingInterval is how often the client is pinged; 0 is 25 s. One that is
	// not heard of for two of them and 10 s more is gone.
	PingInterval time.Duration
	// MaxOperations bounds what one socket asks at once; 0 is 100. What is over
	// it gets an error message with the code LIMIT_EXCEEDED.
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

// Wait returns when all sockets have ended. They end, with close code 1001, when
// the contexts of their requests do; nothing else ends them.
func (t *WebSocket) Wait() { t.sockets.Wait() }

// Do serves one socket until it ends.
func (t *WebSocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	t.sockets.Add(1) // before the socket is hijacked: a stop waits for requests, then for sockets
	defer t.sockets.Done()
	upgrader := websocket.Upgrader{
		CheckOrigin:  t.CheckOrigin,
		Subprotocols: []string{"graphql-transport-ws", "graphql-ws"},
	}
	socket, err := upgrader.Upgrade(w, r, nil) // answers by itself when it fails
	if err != nil {
		return
	}
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
