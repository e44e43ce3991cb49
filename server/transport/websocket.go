package transport

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
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
	closeTooMany      = 4429
)

// WebSocket carries all operations over gorilla/websocket, by
// graphql-transport-ws or the older graphql-ws of npm
// subscriptions-transport-ws. It is used by pointer.
type WebSocket struct {
	// Detach makes the context that a socket lives in, of that of the request, which
	// ends before: with what operations want to know of the request, and nothing
	// that keeps the request itself. Nil keeps all, and never ends.
	Detach func(request context.Context) context.Context
	// Init says who the caller is: it is given the `authorization` of the
	// payload of connection_init (an `apiKey` as "Bearer …"), or the header of
	// that name where there is none. The caller's context has to be made from
	// ctx. An error refuses with 4403, or as [ErrTooMany] and [ErrUnavailable]
	// say; nil takes everybody.
	Init func(ctx context.Context, authorization string) (*Caller, error)
	// Renew is given a newer authorization, of a ping's payload, and says who the
	// caller is then; now is the context of the one so far. It has to refuse
	// another's, and then all stays as it was; nil renews nothing.
	Renew func(ctx, now context.Context, authorization string) (*Caller, error)
	// Check is asked before each operation, and returns the context that it runs
	// in, made from ctx, with the rights that the caller has by then. An error
	// ends the socket with 4401, or as ErrUnavailable says; nil is no check.
	Check func(ctx context.Context) (context.Context, error)
	// Admit is asked before each subscription, see [HTTP].
	Admit Admit
	// Feeds are the subscriptions that are executed together; nil is none.
	Feeds *Feeds
	// CheckOrigin decides about a browser's Origin; nil takes the same origin only.
	CheckOrigin func(*http.Request) bool
	// InitTimeout is how long connection_init may take; 0 is 10 s.
	InitTimeout time.Duration
	// PingInterval is how often the client is pinged; 0 is 25 s. One that is
	// not heard of for two of them and 10 s more is gone.
	PingInterval time.Duration
	// MaxSockets bounds the sockets that are open at once; 0 is 10,000. What is
	// over it gets HTTP 503.
	MaxSockets int
	// MaxOperations bounds what one socket asks at once; 0 is 100. What is over
	// it gets an error message with the code LIMIT_EXCEEDED.
	MaxOperations int

	sockets sync.WaitGroup
	open    atomic.Int64
}

// Caller is who asks on a socket.
type Caller struct {
	// Context is of all that the caller asks. When it ends before the socket does,
	// the socket ends with 4401 and the context's cause as the reason, or with 4403
	// if the cause has a method Forbidden() bool that says so.
	Context context.Context
	// Until is when the right to ask ends; the zero time is never.
	Until time.Time
	// Release is called when another caller takes the place, if it is not nil.
	Release func()
}

// Admit is asked before each subscription and returns what to call at its end;
// an error refuses the subscription with LIMIT_EXCEEDED.
type Admit func(ctx context.Context) (release func(), err error)

var (
	// ErrTooMany is of a caller who has too many sockets: they get 4429.
	ErrTooMany = errors.New("too many connections")
	// ErrUnavailable is of a caller who cannot be looked up right now: they get 1013.
	ErrUnavailable = errors.New("who you are cannot be looked up right now: try again in a moment")
)

var _ graphql.Transport = (*WebSocket)(nil)

// maxMessage bounds a message of the client, in bytes.
const maxMessage = 1 << 20

// unused are gorilla's own buffers, of what it writes when it refuses a frame.
var unused sync.Pool

// Supports takes WebSockets.
func (t *WebSocket) Supports(r *http.Request) bool { return websocket.IsWebSocketUpgrade(r) }

// Wait returns when all sockets have ended. They end, with close code 1001, when
// the contexts that Detach made do; nothing else ends them.
func (t *WebSocket) Wait() { t.sockets.Wait() }

// Do makes a socket of a request, and returns. The socket is served by a
// goroutine of its own: that of the request, with all that it stands on, would
// be kept for hours by a client that only waits.
func (t *WebSocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	t.sockets.Add(1) // before the socket is hijacked: a stop waits for requests, then for sockets
	ended := func() { t.open.Add(-1); t.sockets.Done() }
	if most := t.MaxSockets; t.open.Add(1) > int64(cmp.Or(most, 10_000)) {
		defer ended()
		w.Header().Set("Retry-After", "10")
		http.Error(w, "there are too many WebSockets already: try again later", http.StatusServiceUnavailable)
		return
	}
	upgrader := websocket.Upgrader{
		CheckOrigin:  t.CheckOrigin,
		Subprotocols: []string{"graphql-transport-ws", "graphql-ws"},
		// What a client sends is short. What is written does not go through gorilla,
		// so that it needs no buffer.
		ReadBufferSize: 512, WriteBufferPool: &unused,
	}
	socket, err := upgrader.Upgrade(w, r, nil) // answers by itself when it fails
	if err != nil {
		ended()
		return
	}
	ctx, cancel := context.WithCancel(t.detached(r.Context()))
	connection := &connection{
		transport: t, socket: socket, exec: exec, ctx: ctx, cancel: cancel, headers: r.Header,
		words: modern, out: newOutbox(), wire: newWire(socket.NetConn()), operations: make(map[string]context.CancelFunc),
	}
	if socket.Subprotocol() == "graphql-ws" {
		connection.words = legacy
	}
	go func() { // Wait waits for it
		defer ended()
		connection.serve()
	}()
}

func (t *WebSocket) detached(request context.Context) context.Context {
	if t.Detach == nil {
		return context.WithoutCancel(request)
	}
	return t.Detach(request)
}

func orElse(value, otherwise time.Duration) time.Duration {
	if value == 0 {
		return otherwise
	}
	return value
}
