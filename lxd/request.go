package lxd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// readRetry is how long a read is tried again while LXD restarts.
const readRetry = 2 * time.Second

// envelope is LXD's answer to everything but byte streams. Its type decides
// what it is: from 6.x on many verbs are asynchronous that were not before.
type envelope[T any] struct {
	Type      string `json:"type"`
	ErrorCode int    `json:"error_code"`
	Error     string `json:"error"`
	Operation string `json:"operation"`
	Metadata  T      `json:"metadata"`

	httpStatus int
	etag       string
}

// get reads and decodes in one pass.
func get[T any](ctx context.Context, c *Client, address string) (T, error) {
	answer, err := read[T](ctx, c, address)
	if object := reflect.ValueOf(answer.Metadata); err == nil && object.Kind() == reflect.Pointer && object.IsNil() {
		err = &Error{Status: answer.httpStatus, Message: "LXD's answer cannot be read: it has no metadata"}
	}
	return answer.Metadata, err
}

// etag is what LXD calls the present content of an object, for If-Match,
// without the quotes; nil where LXD has none for the kind.
func etag(ctx context.Context, c *Client, address string) (*string, error) {
	answer, err := read[JSON](ctx, c, address)
	return optional(strings.Trim(answer.etag, `"`)), err
}

// read tries again, for at most 2 s, while LXD is not there or says 503, as it
// does during a restart.
func read[T any](ctx context.Context, c *Client, address string) (*envelope[T], error) {
	deadline := time.Now().Add(readRetry)
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		answer, err := once[T](ctx, c, c.config.Timeout, http.MethodGet, address, nil)
		if err == nil {
			return answer, nil
		}
		var away *UnavailableError
		if !errors.As(err, &away) || time.Now().Add(pause).After(deadline) {
			return answer, err
		}
		if err := sleep(ctx, pause+rand.N(pause)); err != nil {
			return answer, err
		}
	}
}

// change sends a change once: LXD may have begun it although no answer came.
// The operation is nil when LXD answered at once.
func change(ctx context.Context, c *Client, project, method, address string, body any) (*Operation, error) {
	return changeIf(ctx, c, project, method, address, "", body)
}

// changeIf sends a change that LXD makes only while the object is what its
// ETag says; "" is whatever it is.
func changeIf(ctx context.Context, c *Client, project, method, address, etag string, body any) (*Operation, error) {
	answer, err := send[json.RawMessage](ctx, c, c.config.Timeout, method, address, etag, body)
	if err != nil || answer.Type != "async" {
		return nil, err
	}
	operation := new(Operation)
	if err := json.Unmarshal(answer.Metadata, operation); err != nil {
		return nil, fmt.Errorf("LXD's operation cannot be read: %w", err)
	}
	c.own(operation, project)
	return operation, nil
}

// once sends one request. A timeout of 0 is none.
func once[T any](ctx context.Context, c *Client, timeout time.Duration, method, address string, body any) (*envelope[T], error) {
	return send[T](ctx, c, timeout, method, address, "", body)
}

// send is once, on the condition that the object is what its ETag says; "" is
// none.
func send[T any](ctx context.Context, c *Client, timeout time.Duration, method, address, etag string, body any) (*envelope[T], error) {
	answer := &envelope[T]{}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, errSilent)
		defer cancel()
	}
	request, err := newRequest(ctx, method, c.base+address, body)
	if err != nil {
		return answer, err
	}
	if etag != "" {
		request.Header.Set("If-Match", etag)
	}
	if err := c.admit(ctx, address); err != nil {
		return answer, err
	}
	begun := time.Now()
	response, err := c.http.Load().Do(request)
	if err != nil {
		if context.Cause(ctx) == errSilent {
			c.leave()
		}
		if ctx.Err() != nil {
			return answer, ctx.Err()
		}
		return answer, c.unreachable(err)
	}
	response.Body = counted(ctx, method, address, response.Body, begun)
	defer response.Body.Close()
	answer.httpStatus, answer.etag = response.StatusCode, response.Header.Get("Etag")
	err = c.decode(ctx, response, answer, &answer.Type, &answer.Error, &answer.ErrorCode)
	c.wrote(request, address, answer.Operation)
	return answer, err
}

// decode looks at the type before it believes a decoding error: an error's
// metadata is null, whatever was asked for.
func (c *Client) decode(ctx context.Context, response *http.Response, into any, kind, message *string, code *int) error {
	decodeErr := json.NewDecoder(response.Body).Decode(into)
	if *kind == "error" {
		return c.refusal(ctx, *code, *message)
	}
	if decodeErr == nil && *kind != "" {
		io.Copy(io.Discard, response.Body) // to the end, so that the connection is used again
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if response.StatusCode == http.StatusServiceUnavailable || errors.Is(decodeErr, io.ErrUnexpectedEOF) {
		return c.unfit(fmt.Errorf("LXD answered HTTP %d: %w", response.StatusCode, decodeErr))
	}
	return &Error{Status: response.StatusCode, Message: fmt.Sprintf("LXD's answer cannot be read (HTTP %d): %v", response.StatusCode, decodeErr)}
}

// closedDatabase is in what LXD says, with status 500, in the moments between
// the end of its database and its own (seen on 5.0.2).
const closedDatabase = "sql: database is closed"

// refusal gives LXD's errors their types.
func (c *Client) refusal(ctx context.Context, code int, message string) error {
	switch {
	case code == http.StatusServiceUnavailable, code == http.StatusInternalServerError && strings.Contains(message, closedDatabase):
		return c.unfit(errors.New(message))
	case code == http.StatusForbidden:
		return c.distrusted(ctx, &Error{Status: code, Message: message})
	}
	return &Error{Status: code, Message: message}
}

// newRequest sends a value as JSON, and what can be read as the bytes that it is.
func newRequest(ctx context.Context, method, address string, body any) (*http.Request, error) {
	reader, bytesOnly := body.(io.Reader)
	kind := "application/octet-stream"
	if body != nil && !bytesOnly {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader, kind = bytes.NewReader(data), "application/json"
	}
	request, err := http.NewRequestWithContext(ctx, method, address, reader)
	if err == nil && body != nil {
		request.Header.Set("Content-Type", kind)
	}
	return request, err
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
