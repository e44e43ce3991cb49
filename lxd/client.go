package lxd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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
	base   string // "http://lxd" over the socket, else the URL
	http   *http.Client
	tls    *tls.Config // nil over the socket
	// known is what LXD said of itself last. Losing the connection clears it,
	// because LXD may come back as another release.
	known atomic.Pointer[Server]
	// trusted is set once LXD has accepted us, so that a later refusal is told
	// from one that was there from the beginning.
	trusted atomic.Bool
	// tracked knows the projects of operations, which LXD's answers leave out.
	tracked operationProjects
}

// New makes a client. It connects only to learn the server's fingerprint when
// the configuration does not say which certificate to trust, which is an error.
func New(ctx context.Context, config Config) (*Client, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	client := &Client{config: config, base: "http://lxd"}
	transport := &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: 60 * time.Second}
	if config.Remote {
		settings, err := tlsConfig(ctx, config)
		if err != nil {
			return nil, err
		}
		client.base, client.tls = config.URL, settings
		transport.TLSClientConfig, transport.ForceAttemptHTTP2 = settings, true
		transport.DialContext = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	} else {
		transport.DialContext = client.dialSocket
		// LXD takes no other connection to its socket before it has read the first
		// bytes of this one (canonical/lxd#18705), and a transport that keeps
		// connections sometimes makes one that it does not use: everybody would wait.
		transport.DisableKeepAlives = true
	}
	client.http = &http.Client{Transport: transport}
	return client, nil
}

// Name is lxdql's name for the server, as it stands in ids.
func (c *Client) Name() string { return c.config.Name }

// Close lets go of idle connections. Calls in flight go on.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// URL is the address of LXD as a person would write it.
func (c *Client) URL() string {
	if c.config.Remote {
		return c.config.URL
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
		return certificate
	}
	var verification *tls.CertificateVerificationError
	if errors.As(err, &verification) {
		return &CertificateError{Seen: fingerprint(verification.UnverifiedCertificates[0]), Cause: verification.Err}
	}
	var authority x509.UnknownAuthorityError
	if errors.As(err, &authority) && authority.Cert != nil {
		return &CertificateError{Seen: fingerprint(authority.Cert), Cause: err}
	}
	return &UnavailableError{URL: c.URL(), Cause: err}
}

// ownFingerprint is the SHA-256 of our client certificate; "" over the socket.
func (c *Client) ownFingerprint() string {
	if c.tls == nil {
		return ""
	}
	leaf, err := x509.ParseCertificate(c.tls.Certificates[0].Certificate[0])
	if err != nil {
		return ""
	}
	return fingerprint(leaf)
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
