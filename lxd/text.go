package lxd

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// text reads an answer that is no JSON, at most so many bytes of it: a log.
func (c *Client) text(ctx context.Context, address string, most int64) (string, error) {
	return c.file(ctx, address, "", func(body io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(body, most)) })
}

// tail reads the last bytes of an answer that is no JSON. LXD sends no more
// than them where it keeps a file; elsewhere the beginning is thrown away.
func (c *Client) tail(ctx context.Context, address string, most int) (string, error) {
	return c.file(ctx, address, "bytes=-"+strconv.Itoa(most), func(body io.Reader) ([]byte, error) { return lastOf(body, most) })
}

// file sends a request whose answer is no JSON. LXD's refusals are JSON all the same.
func (c *Client) file(ctx context.Context, address, part string, read func(io.Reader) ([]byte, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	request, err := newRequest(ctx, http.MethodGet, c.base+address, nil)
	if err != nil {
		return "", err
	}
	if part != "" {
		request.Header.Set("Range", part)
	}
	if err := c.admit(ctx, address); err != nil {
		return "", err
	}
	begun := time.Now()
	response, err := c.http.Load().Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", c.unreachable(err)
	}
	response.Body = counted(ctx, http.MethodGet, address, response.Body, begun)
	defer response.Body.Close()
	if err := c.refusedFile(ctx, response); err != nil {
		return "", err
	}
	data, err := read(response.Body)
	if err != nil {
		return "", c.unreachable(err)
	}
	return string(data), nil
}

// refusedFile is why a file does not come; nil when it does.
func (c *Client) refusedFile(ctx context.Context, response *http.Response) error {
	if response.StatusCode == http.StatusOK || response.StatusCode == http.StatusPartialContent {
		return nil
	}
	var refused envelope[JSON]
	if json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&refused) == nil && refused.Type == "error" {
		return c.refusal(ctx, refused.ErrorCode, refused.Error)
	}
	return &Error{Status: response.StatusCode, Message: "LXD answered HTTP " + response.Status}
}

// lastOf keeps the last bytes of what it reads.
func lastOf(body io.Reader, most int) ([]byte, error) {
	var kept []byte
	chunk := make([]byte, 32<<10)
	for {
		n, err := body.Read(chunk)
		kept = append(kept, chunk[:n]...)
		if len(kept) > 2*most {
			kept = append(kept[:0], kept[len(kept)-most:]...)
		}
		if err == io.EOF {
			return kept[max(0, len(kept)-most):], nil
		}
		if err != nil {
			return nil, err
		}
	}
}
