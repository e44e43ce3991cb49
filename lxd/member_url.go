package lxd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// dialTakes and handshakeTakes are how long a member may take to be reached.
	dialTakes, handshakeTakes = 5 * time.Second, 10 * time.Second
	// leaveAgain is for how long a member that was just turned to is kept:
	// requests that were under way to the one before still fail meanwhile.
	leaveAgain = time.Second
)

// errSilent is the cause of a request's end that LXD has not answered in time.
var errSilent = errors.New("LXD has not answered in time")

// members are the addresses of one LXD over HTTPS: a cluster has several, each
// of which speaks for all. The one in use stays so until it cannot be reached.
type members struct {
	urls  []string
	inUse atomic.Int32
	left  atomic.Int64 // when another was turned to last, Unix nanoseconds
}

// RemoteURLs are the addresses of an LXD over HTTPS, or of the members of one
// cluster, separated by commas, in their one form.
func RemoteURLs(text string) (string, error) {
	var urls []string
	for one := range strings.SplitSeq(text, ",") {
		plain, err := RemoteURL(strings.TrimSpace(one))
		switch {
		case err != nil && strings.Contains(text, ","):
			return "", fmt.Errorf("%w; several members of one cluster are separated by commas", err)
		case err != nil:
			return "", err
		case slices.Contains(urls, plain):
			return "", fmt.Errorf("names %s twice", plain)
		}
		urls = append(urls, plain)
	}
	return strings.Join(urls, ","), nil
}

// URLs are the addresses of LXD in the order in which they are tried.
func (c *Config) URLs() []string { return strings.Split(c.URL, ",") }

// turn makes another member the one in use, and reports whether it was not yet.
func (m *members) turn(from, to int32) bool {
	if from == to || !m.inUse.CompareAndSwap(from, to) {
		return false
	}
	m.left.Store(time.Now().UnixNano())
	return true
}

// leave turns to the next member, because the one in use has no answer.
func (c *Client) leave() {
	if c.standing == nil || len(c.members.urls) < 2 || time.Since(time.Unix(0, c.members.left.Load())) < leaveAgain {
		return
	}
	from := c.members.inUse.Load()
	if c.members.turn(from, (from+1)%int32(len(c.members.urls))) {
		c.renew()
	}
}

// unfit is [Client.unreachable] for a member that answers and cannot work now:
// the next one is turned to.
func (c *Client) unfit(err error) error {
	err = c.unreachable(err)
	c.leave()
	return err
}

// dialMember connects to the member in use, else to the next one that can be
// reached, which is in use from then on. One that shows another certificate is
// no member that cannot be reached: nothing is tried behind its back.
func (c *Client) dialMember(ctx context.Context, protocols ...string) (net.Conn, error) {
	from, count := c.members.inUse.Load(), int32(len(c.members.urls))
	var failed []error
	for i := range count {
		at := (from + i) % count
		connection, err := c.dialTLS(ctx, c.members.urls[at], protocols)
		changed := errors.As(err, new(*CertificateError))
		if (err == nil || changed) && c.members.turn(from, at) {
			c.renew()
		}
		if err == nil || changed || ctx.Err() != nil {
			return connection, err
		}
		failed = append(failed, err)
	}
	return nil, errors.Join(failed...)
}

// dialTLS connects to one member, whose certificate has to be right.
func (c *Client) dialTLS(ctx context.Context, member string, protocols []string) (net.Conn, error) {
	address, err := url.Parse(member)
	if err != nil {
		return nil, err
	}
	plain, err := (&net.Dialer{Timeout: dialTakes}).DialContext(ctx, "tcp", address.Host)
	if err != nil {
		return nil, err
	}
	settings := c.standing.tlsConfig(address.Hostname())
	settings.NextProtos = protocols
	connection := tls.Client(plain, settings)
	ctx, cancel := context.WithTimeout(ctx, handshakeTakes)
	defer cancel()
	if err := connection.HandshakeContext(ctx); err != nil {
		plain.Close()
		return nil, err
	}
	return connection, nil
}

// shownByAny looks at what the first server shows that can be reached.
func shownByAny(ctx context.Context, urls []string) (state *tls.ConnectionState, seenAt string, err error) {
	for _, seenAt = range urls {
		if state, err = shown(ctx, seenAt); err == nil {
			return state, seenAt, nil
		}
	}
	return nil, seenAt, err
}

// everyURL are the addresses of LXD as a person would write them.
func (c *Client) everyURL() string {
	if len(c.members.urls) > 1 {
		return strings.Join(c.members.urls, " or ")
	}
	return c.URL()
}

// fromInUse are the members' addresses, the one in use first.
func (m *members) fromInUse() []string {
	at := m.inUse.Load()
	return slices.Concat(m.urls[at:], m.urls[:at])
}
