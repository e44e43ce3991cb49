package lxd

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// text reads an answer that is no JSON, at most so many bytes of it: a log.
// LXD's refusals are JSON all the same.
func (c *Client) text(ctx context.Context, address string, most int64) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	request, err := newRequest(ctx, http.MethodGet, c.base+address, nil)
	if err != nil {
		return "", err
	}
	begun := time.Now()
	response, err := c.http.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", c.unreachable(err)
	}
	response.Body = counted(ctx, http.MethodGet, address, response.Body, begun)
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil {
		return "", c.unreachable(err)
	}
	if response.StatusCode == http.StatusOK && !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		return string(data), nil
	}
	var refused envelope[JSON]
	if json.Unmarshal(data, &refused) == nil && refused.Type == "error" {
		return "", c.refusal(refused.ErrorCode, refused.Error)
	}
	if response.StatusCode == http.StatusOK {
		return string(data), nil
	}
	return "", &Error{Status: response.StatusCode, Message: "LXD answered HTTP " + response.Status}
}
