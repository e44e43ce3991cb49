package lxd

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// dialToBeAnswered is a connection to LXD's socket for one request.
func (c *Client) dialToBeAnswered(ctx context.Context, network, address string) (net.Conn, error) {
	connection, err := c.dialSocket(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &toBeAnswered{Conn: connection}, nil
}

// toBeAnswered takes no notice when the other end stops listening in the middle
// of a request: LXD answers what it does not take, such as an archive that there
// is no room for, and closes. The answer can still be read, and says why; when
// there is none the reader sees the end.
type toBeAnswered struct {
	net.Conn
	begun bool
}

func (c *toBeAnswered) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if c.begun && (errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)) {
		return len(p), nil
	}
	c.begun = true
	return n, err
}
