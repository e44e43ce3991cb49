package transport

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// writeTimeout is how long a client may take to receive.
const writeTimeout = 10 * time.Second

// stream answers by server-sent events, in graphql-sse's distinct connections
// mode: an event "next" for each response and "complete" at the end. It reads
// the next response only when the last one is sent, so nothing piles up here.
func (t HTTP) stream(ctx context.Context, w http.ResponseWriter, exec graphql.GraphExecutor, operation *graphql.OperationContext) {
	request := ctx
	if t.Watch != nil {
		watched, release := t.Watch(ctx)
		defer release()
		ctx = watched
	}
	ctx, cancel := context.WithCancel(ctx)
	queue := make(chan *graphql.Response)
	var ended gqlerror.List // to be read when the queue is closed
	go func() {
		defer close(queue)
		ended = execute(ctx, exec, operation, t.Admit, func(response *graphql.Response) {
			own := *response // gqlgen writes the next one into the same bytes
			own.Data = bytes.Clone(response.Data)
			select {
			case queue <- &own:
			case <-ctx.Done():
			}
		})
	}()
	defer func() {
		cancel()
		for range queue { // until its goroutine has ended
		}
	}()
	events := newEventWriter(w)
	ticker := time.NewTicker(orElse(t.KeepAlive, 12*time.Second))
	defer ticker.Stop()
	for events.comment(); events.err == nil; {
		select {
		case <-ctx.Done():
			events.revoked(request, ctx, exec)
			return
		case <-ticker.C:
			events.comment()
		case response, ok := <-queue:
			switch {
			case ok:
				events.next(response)
				continue
			case ctx.Err() != nil: // it was ended and has not come to its end
				events.revoked(request, ctx, exec)
				return
			case ended != nil:
				events.next(&graphql.Response{Errors: ended})
			}
			events.complete()
			return
		}
	}
}

// revoked tells a client that is still there why it is not told more.
func (e *eventWriter) revoked(request, ctx context.Context, exec graphql.GraphExecutor) {
	if request.Err() != nil {
		return
	}
	cause := context.Cause(ctx)
	reason := &refusal{code: "UNAUTHENTICATED", message: cause.Error()}
	if forbids(cause) {
		reason.code = "FORBIDDEN"
	}
	e.next(exec.DispatchError(request, gqlerror.List{reason.shown()}))
	e.complete()
}

// eventWriter writes events. After its first error it writes nothing.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

func newEventWriter(w http.ResponseWriter) *eventWriter {
	w.Header().Set("Content-Type", typeStream+"; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	return &eventWriter{w: w, control: http.NewResponseController(w)}
}

func (e *eventWriter) comment()  { e.write([]byte(":\n\n")) }
func (e *eventWriter) complete() { e.write([]byte("event: complete\ndata:\n\n")) }

func (e *eventWriter) next(response *graphql.Response) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer release(buffer)
	buffer.WriteString("event: next\ndata: ")
	begin := buffer.Len()
	encode(buffer, response)
	// A line end would cut the event. In JSON it stands between tokens only,
	// where scalars that encode themselves leave some.
	for at, char := range buffer.Bytes()[begin:] {
		if char == '\n' || char == '\r' {
			buffer.Bytes()[begin+at] = ' '
		}
	}
	buffer.WriteString("\n\n")
	e.write(buffer.Bytes())
}

func (e *eventWriter) write(data []byte) {
	if e.err != nil {
		return
	}
	e.control.SetWriteDeadline(time.Now().Add(writeTimeout)) // where the server can
	if _, e.err = e.w.Write(data); e.err == nil {
		e.err = e.control.Flush()
	}
}
