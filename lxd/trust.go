package lxd

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"
)

// admit is the gate in front of every request over HTTPS: none is sent to a
// server whose certificate has changed.
func (c *Client) admit(ctx context.Context, address string) error {
	s := c.standing
	if s == nil {
		return nil
	}
	if s.reload(time.Now()) {
		c.renew()
	}
	var stopped *CertificateError
	if err := s.trouble(); errors.As(err, &stopped) {
		return stopped
	}
	// LXD answers questions about images to everybody, with the public ones.
	if !strings.HasPrefix(address, "/1.0/images") || s.isProven() {
		return nil
	}
	if _, err := c.Server(ctx, System); err != nil {
		return err
	}
	return s.trouble()
}

// renew makes new connections from now on. Requests in flight keep theirs.
func (c *Client) renew() {
	transport := &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: 60 * time.Second, ForceAttemptHTTP2: true}
	transport.DialTLSContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return c.dialMember(ctx, "h2", "http/1.1")
	}
	if old := c.http.Swap(&http.Client{Transport: transport}); old != nil {
		old.CloseIdleConnections()
	}
}

// CheckTrust asks LXD over a new connection whether it is still the one that we
// trust, and still trusts us: it tells neither by itself. Streams that LXD
// leaves open although it does not trust us any more are closed.
func (c *Client) CheckTrust(ctx context.Context) error {
	if c.standing == nil {
		return nil
	}
	c.renew()
	if _, err := c.Server(ctx, System); err != nil {
		return err
	}
	return c.standing.trouble()
}

// Trouble is why LXD cannot be spoken to as far as is known: a
// *CertificateError or a *NotTrustedError; nil when there is nothing.
func (c *Client) Trouble() error {
	if c.standing == nil {
		return nil
	}
	return c.standing.trouble()
}

// Regained is closed when LXD can be spoken to again; it never is over the socket.
func (c *Client) Regained() <-chan struct{} {
	if c.standing == nil {
		return nil
	}
	c.standing.mutex.Lock()
	defer c.standing.mutex.Unlock()
	return c.standing.regained
}

// distrusted finds out what LXD's 403 means: it says the same to whom it does
// not trust, and to whom it trusts with a part only.
func (c *Client) distrusted(ctx context.Context, refusal *Error) error {
	if c.standing == nil {
		return refusal
	}
	c.known.Store(nil)
	if _, err := c.Server(ctx, System); err != nil {
		return err
	}
	if err := c.standing.trouble(); err != nil {
		return err
	}
	if refusal.Message == "not authorized" {
		refusal.Message = "LXD does not allow that to the certificate of lxdql, which it trusts with a part only"
	}
	return refusal
}

// distrusts reports whether an error is of trust, which does not come back by itself.
func distrusts(err error) bool {
	return errors.As(err, new(*NotTrustedError)) || errors.As(err, new(*CertificateError))
}

// lost is closed when what is open has to end; it never is over the socket.
func (c *Client) lost() <-chan struct{} {
	if c.standing == nil {
		return nil
	}
	c.standing.mutex.Lock()
	defer c.standing.mutex.Unlock()
	return c.standing.lost
}

// ownFingerprint is the SHA-256 of our client certificate; "" over the socket.
func (c *Client) ownFingerprint() string {
	if c.standing == nil {
		return ""
	}
	return fingerprint(c.standing.files().own.Leaf)
}
