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
	queue, shared := make(chan *graphql.Response), newOutbox()
	var ended gqlerror.List // to be read when the queue is closed
	go func() {
		defer close(queue)
		ended = t.follow(ctx, exec, operation, shared, func(response *graphql.Response) {
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
		case <-shared.news:
			events.batch(shared)
		case response, ok := <-queue:
			switch {
			case ok:
				events.next(response)
				continue
			case ctx.Err() != nil: // it was ended and has not come to its end
				events.revoked(request, ctx, exec)
				return
			}
			events.batch(shared)
			if ended != nil {
				events.next(&graphql.Response{Errors: ended})
			}
			events.complete()
			return
		}
	}
}

// follow hands over each response of an operation and returns the errors that it
// ended with. Those that are shared with others come in the outbox.
func (t HTTP) follow(ctx context.Context, exec graphql.GraphExecutor, operation *graphql.OperationContext, shared *outbox, own func(*graphql.Response)) gqlerror.List {
	release, errs := enter(ctx, exec, operation, t.Admit)
	if errs != nil {
		return errs
	}
	defer release()
	joining, leave := context.WithCancel(ctx)
	defer leave()
	var ended gqlerror.List // to be read when left is closed
	left := make(chan struct{})
	one := &member{
		out: shared, lane: &lane{}, head: []byte("event: next\ndata: "), foot: []byte("\n\n"),
		end:  func(errs gqlerror.List) { ended = errs },
		left: func() { leave(); close(left) },
	}
	switch what, errs := t.Feeds.carry(joining, exec, operation, one, own); what {
	case alone:
		return execute(ctx, exec, operation, func() {}, own)
	case joined:
		<-left
		return ended
	default:
		return errs
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
	onOneLine(buffer.Bytes()[begin:])
	buffer.WriteString("\n\n")
	e.write(buffer.Bytes())
}

// batch writes what waits, with one flush.
func (e *eventWriter) batch(shared *outbox) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer release(buffer)
	items := shared.take()
	for n := range items {
		buffer.Write(items[n].head)
		buffer.Write(items[n].body)
		buffer.Write(items[n].tail)
	}
	if len(items) > 0 {
		e.write(buffer.Bytes())
	}
	shared.sent(items)
}

// onOneLine takes line ends out of JSON: they would end an event. There they
// stand between tokens only, where scalars that encode themselves leave some.
func onOneLine(data []byte) {
	for at, char := range data {
		if char == '\n' || char == '\r' {
			data[at] = ' '
		}
	}
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
