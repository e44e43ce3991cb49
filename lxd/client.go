package lxd

import (
	"context"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Client speaks to one LXD. It is safe for concurrent use and holds no
// goroutine; [Client.Close] lets go of idle connections.
type Client struct {
	config Config
	base   string // "http://lxd" over the socket, else the first URL
	// members has no URLs over the socket.
	members members
	http    atomic.Pointer[http.Client]
	// standing is nil over the socket.
	standing *standing
	// known is what LXD said of itself last. Losing the connection clears it,
	// because LXD may come back as another release.
	known atomic.Pointer[Server]
	// tracked knows the projects of operations, which LXD's answers leave out.
	tracked operationProjects
	// quiet is how long the event stream may say nothing.
	quiet time.Duration
	// writes are told to who keeps what LXD has in memory.
	writes writeLog
	// flights are reads that several ask for at once.
	flights flights
}

// New makes a client. It connects only to learn the server's fingerprint when
// the configuration does not say which certificate to trust, which is an error.
func New(ctx context.Context, config Config) (*Client, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	client := &Client{config: config, base: "http://lxd", quiet: quiet}
	if !config.Remote {
		// LXD takes no other connection to its socket before it has read the first
		// bytes of this one (canonical/lxd#18705), and a transport that keeps
		// connections sometimes makes one that it does not use: everybody would wait.
		client.http.Store(&http.Client{Transport: &http.Transport{DialContext: client.dialToBeAnswered, DisableKeepAlives: true}})
		return client, nil
	}
	client.members.urls = config.URLs()
	client.base = client.members.urls[0]
	var err error
	if client.standing, err = newStanding(config); err != nil {
		return nil, err
	}
	if client.standing.pin == "" && config.TrustedCAPath == "" {
		return nil, trustsNobody(ctx, client.members.urls)
	}
	client.renew()
	return client, nil
}

// Name is lxdql's name for the server, as it stands in ids.
func (c *Client) Name() string { return c.config.Name }

// Close lets go of idle connections. Calls in flight go on.
func (c *Client) Close() { c.http.Load().CloseIdleConnections() }

// URL is the address of LXD as a person would write it; of a cluster that of
// the member in use.
func (c *Client) URL() string {
	if c.config.Remote {
		return c.members.urls[c.members.inUse.Load()]
	}
	return "unix://" + c.config.SocketPath
}

func (c *Client) dialSocket(ctx context.Context, _, _ string) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "unix", c.config.SocketPath)
}

// unreachable turns what a connection said into a typed error. A certificate
// that is not the right one is no outage: retrying would not help.
func (c *Client) unreachable(err error) error {
	c.known.Store(nil)
	var certificate *CertificateError
	if errors.As(err, &certificate) {
		if c.standing != nil {
			c.standing.stop(certificate)
		}
		return certificate
	}
	return &UnavailableError{URL: c.everyURL(), Cause: err}
}

// path joins escaped segments behind /1.0: names may hold anything.
func path(segments ...string) string {
	var text strings.Builder
	text.WriteString("/1.0")
	for _, segment := range segments {
		text.WriteByte('/')
		text.WriteString(url.PathEscape(segment))
	}
	return text.String()
}

// InstancePath is an instance's address in LXD's API.
func InstancePath(project, name string) string {
	if project == "default" {
		return path("instances", name)
	}
	return in(project, path("instances", name))
}

// in adds the project, and more parameters in pairs, to a path.
func in(project, address string, pairs ...string) string {
	query := url.Values{"project": {projectOrDefault(project)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	return address + "?" + query.Encode()
}

// validFingerprint reports whether a text is a SHA-256, or the beginning of one.
func validFingerprint(text string) bool {
	if len(text) == 0 || len(text) > 64 {
		return false
	}
	_, err := hex.DecodeString(text + strings.Repeat("0", len(text)%2))
	return err == nil
}
