package lxd

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// partHeaders are the headers by which somebody asks for a part of a file.
var partHeaders = []string{"Range", "If-Range", "If-Modified-Since", "If-Unmodified-Since"}

// download asks LXD for a file as it is, or for the part that the headers name.
// Whoever asked closes the body. LXD_TIMEOUT bounds the wait for its beginning.
func (c *Client) download(ctx context.Context, method, address string, part http.Header) (*http.Response, error) {
	ctx, cancel := context.WithCancel(ctx)
	if err := c.admit(ctx, address); err != nil {
		cancel()
		return nil, err
	}
	request, err := newRequest(ctx, method, c.base+address, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	for _, name := range partHeaders {
		if value := part.Get(name); value != "" {
			request.Header.Set(name, value)
		}
	}
	// Nobody compresses on the way: lengths and parts are those of the file.
	request.Header.Set("Accept-Encoding", "identity")
	late := time.AfterFunc(c.config.Timeout, cancel)
	response, err := c.http.Load().Do(request)
	switch inTime := late.Stop(); {
	case err != nil && !inTime:
		err = context.DeadlineExceeded
	case err != nil && ctx.Err() == nil:
		err = c.unreachable(err)
	case err == nil:
		err = c.refusedStream(response)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	response.Body = &downloadBody{response.Body, cancel}
	return response, nil
}

// downloadBody lets go of the request when it is closed.
type downloadBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *downloadBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// refusedStream is why no file comes; nil when it does, or none is needed: the
// caller has it already, or asked for a part that is not there.
func (c *Client) refusedStream(response *http.Response) error {
	switch response.StatusCode {
	case http.StatusNotModified, http.StatusRequestedRangeNotSatisfiable:
		return nil
	}
	err := c.refusedFile(response.Request.Context(), response)
	if err != nil {
		response.Body.Close()
	}
	return err
}

// upload sends bytes to LXD and returns the operation that works on them. Size
// is -1 where it is not known. A reader that fails ends the request, so that
// LXD throws away what it has; its own error is the one that is returned.
func (c *Client) upload(ctx context.Context, project, address string, headers http.Header, body io.Reader, size int64) (*Operation, error) {
	if err := c.admit(ctx, address); err != nil {
		return nil, err
	}
	watched := &watchedReader{reader: body}
	defer watched.end()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+address, watched)
	if err != nil {
		return nil, err
	}
	request.Header, request.ContentLength = headers, size
	response, err := c.http.Load().Do(request)
	switch {
	case watched.failure() != nil:
		if err == nil {
			response.Body.Close()
		}
		return nil, watched.failure()
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, c.unreachable(err)
	}
	defer response.Body.Close()
	var answer envelope[json.RawMessage]
	err = c.decode(ctx, response, &answer, &answer.Type, &answer.Error, &answer.ErrorCode)
	c.wrote(request, address, answer.Operation)
	if err != nil || answer.Type != "async" {
		return nil, err
	}
	operation := new(Operation)
	if err := json.Unmarshal(answer.Metadata, operation); err != nil {
		return nil, err
	}
	c.own(operation, project)
	return operation, nil
}

// watchedReader remembers why it failed: the transport tells it in words only.
// Once ended it reads no more, although the transport may still try: LXD can
// answer before it has read everything.
type watchedReader struct {
	mutex  sync.Mutex
	reader io.Reader
	failed error
}

func (r *watchedReader) Read(p []byte) (int, error) {
	r.mutex.Lock()
	reader := r.reader
	r.mutex.Unlock()
	if reader == nil {
		return 0, io.ErrClosedPipe
	}
	n, err := reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.mutex.Lock()
		r.failed = err
		r.mutex.Unlock()
	}
	return n, err
}

func (r *watchedReader) failure() error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.failed
}

func (r *watchedReader) end() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.reader = nil
}

// dialUpgrade opens a connection that speaks another protocol once LXD has
// agreed. It needs HTTP/1.1, which is written by hand: net/http gives a
// connection back only through its own pool. Closing it is the caller's.
func (c *Client) dialUpgrade(ctx context.Context, address, protocol string) (net.Conn, *bufio.Reader, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	if err := c.admit(ctx, address); err != nil {
		return nil, nil, err
	}
	connection, err := c.dialPlain(ctx)
	if err != nil {
		return nil, nil, c.unreachable(err)
	}
	stop := context.AfterFunc(ctx, func() { connection.SetDeadline(time.Unix(1, 0)) })
	reader, err := c.upgrade(ctx, connection, address, protocol)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		connection.Close()
		return nil, nil, err
	}
	return connection, reader, nil
}

func (c *Client) upgrade(ctx context.Context, connection net.Conn, address, protocol string) (*bufio.Reader, error) {
	request, err := newRequest(ctx, http.MethodGet, c.base+address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Upgrade", protocol)
	request.Header.Set("Connection", "Upgrade")
	if err := request.Write(connection); err != nil {
		return nil, c.unreachable(err)
	}
	reader := bufio.NewReaderSize(connection, 64<<10)
	response, err := http.ReadResponse(reader, request)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, c.unreachable(err)
	case response.StatusCode != http.StatusSwitchingProtocols:
		return nil, c.handshakeRefusal(ctx, response)
	}
	return reader, nil
}

func (c *Client) dialPlain(ctx context.Context) (net.Conn, error) {
	if c.standing == nil {
		return c.dialSocket(ctx, "", "")
	}
	return c.dialMember(ctx, "http/1.1")
}
