package transport

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

const (
	// keepAlive is how often a comment is sent, so that proxies do not cut.
	keepAlive = 12 * time.Second
	// writeTimeout is how long a client may take to receive.
	writeTimeout = 10 * time.Second
)

// stream answers by server-sent events, in graphql-sse's distinct connections
// mode: an event "next" for each response and "complete" at the end.
func stream(ctx context.Context, w http.ResponseWriter, exec graphql.GraphExecutor, operation *graphql.OperationContext) {
	ctx, cancel := context.WithCancel(ctx)
	ctx, end := withEnding(ctx)
	responses, ctx := exec.DispatchOperation(ctx, operation)
	queue := make(chan *graphql.Response)
	read := make(chan struct{})
	defer func() { cancel(); <-read }()
	go func() {
		defer close(read)
		defer close(queue)
		for response := responses(ctx); response != nil; response = responses(ctx) {
			select {
			case queue <- response:
			case <-ctx.Done():
				return
			}
		}
	}()
	events := newEventWriter(w)
	ticker := time.NewTicker(keepAlive)
	defer ticker.Stop()
	events.comment()
	for events.err == nil {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			events.comment()
		case response, ok := <-queue:
			if ok {
				events.next(response)
				continue
			}
			if errs := end.errors(); errs != nil {
				events.next(&graphql.Response{Errors: errs})
			}
			events.write("event: complete\ndata:\n\n")
			return
		}
	}
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

func (e *eventWriter) comment() { e.write(":\n\n") }

func (e *eventWriter) next(response *graphql.Response) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer release(buffer)
	buffer.WriteString("event: next\ndata: ")
	encode(buffer, response)
	buffer.WriteString("\n\n")
	e.write(buffer.String())
}

func (e *eventWriter) write(text string) {
	if e.err != nil {
		return
	}
	e.control.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, e.err = e.w.Write([]byte(text)); e.err == nil {
		e.err = e.control.Flush()
	}
}
