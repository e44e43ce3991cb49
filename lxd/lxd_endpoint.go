package lxd

import (
	"crypto/x509"
	"errors"
	"time"
)

// ConnectionMode is how LXD is reached.
type ConnectionMode string

// The connection modes.
const (
	ModeLocal  ConnectionMode = "LOCAL"
	ModeRemote ConnectionMode = "REMOTE"
)

// LxdTrust is whether LXD trusts our certificate.
type LxdTrust string

// The kinds of trust.
const (
	TrustTrusted   LxdTrust = "TRUSTED"
	TrustUntrusted LxdTrust = "UNTRUSTED"
	TrustRevoked   LxdTrust = "REVOKED"
)

// LxdEndpoint is the way to LXD.
type LxdEndpoint struct {
	Mode       ConnectionMode
	URL        string
	AuthMethod string
	Trust      LxdTrust
	// MemberURLs are all configured addresses, in the order in which they are tried.
	MemberURLs []string

	hint                   string
	certificateFingerprint string
	trustedFingerprint     string
	own                    *x509.Certificate
	unread                 error
	bare                   bool
}

// Hint says what to do when LXD does not trust us, or we not it; nil otherwise.
func (e *LxdEndpoint) Hint() *string { return optional(e.hint) }

// CertificateFingerprint is the SHA-256 of the certificate that LXD shows; nil over the socket.
func (e *LxdEndpoint) CertificateFingerprint() *string { return optional(e.certificateFingerprint) }

// TrustedFingerprint is the SHA-256 that LXD's certificate has to have; nil where a CA vouches, and over the socket.
func (e *LxdEndpoint) TrustedFingerprint() *string { return optional(e.trustedFingerprint) }

// ClientFingerprint is the SHA-256 of our certificate; nil over the socket.
func (e *LxdEndpoint) ClientFingerprint() *string {
	if e.own == nil {
		return nil
	}
	return optional(fingerprint(e.own))
}

// ClientExpiresAt is until when our certificate counts; zero over the socket.
func (e *LxdEndpoint) ClientExpiresAt() Time {
	if e.own == nil {
		return Time{}
	}
	return Time{e.own.NotAfter}
}

// expiresSoon is how long before the end of our certificate it is told.
const expiresSoon = 30 * 24 * time.Hour

// notes is what an administrator should know of the way to LXD.
func (e *LxdEndpoint) notes() []string {
	var notes []string
	if e.Trust != TrustTrusted {
		notes = append(notes, e.hint)
	}
	if e.unread != nil {
		notes = append(notes, "The files of certificates have changed and cannot be used; those from before are still in use: "+e.unread.Error())
	}
	if e.bare {
		notes = append(notes, "The key of lxdql's certificate can be read by others on lxdql's machine, each of whom is root on LXD's host with it: chmod 600.")
	}
	if e.own != nil && e.Trust == TrustTrusted && time.Until(e.own.NotAfter) < expiresSoon {
		notes = append(notes, "The certificate of lxdql expires at "+e.own.NotAfter.UTC().Format(time.RFC3339)+", and LXD will not trust it from then on: make another with `lxdql cert` and add it on LXD's host.")
	}
	return notes
}

// Endpoint is the way to LXD as far as is known without asking it.
func (c *Client) Endpoint() *LxdEndpoint {
	endpoint := &LxdEndpoint{Mode: ModeLocal, URL: c.URL(), AuthMethod: "unix", Trust: TrustTrusted}
	endpoint.MemberURLs = []string{endpoint.URL}
	if s := c.standing; s != nil {
		endpoint.MemberURLs = c.members.urls
		s.mutex.Lock()
		defer s.mutex.Unlock()
		endpoint.Mode, endpoint.AuthMethod, endpoint.Trust = ModeRemote, "tls", TrustUntrusted
		endpoint.own, endpoint.unread, endpoint.bare = s.credentials.own.Leaf, s.unread, s.credentials.bare
		endpoint.trustedFingerprint, endpoint.certificateFingerprint = s.pin, s.pin
		switch {
		case s.distrust != nil:
			endpoint.hint = s.distrust.Error()
			if s.distrust.Revoked {
				endpoint.Trust = TrustRevoked
			}
		case s.trusted && s.stopped == nil:
			endpoint.Trust = TrustTrusted
		}
	}
	return endpoint
}

// endpoint is the way to an LXD that has just answered.
func (c *Client) endpoint(server *Server) *LxdEndpoint {
	endpoint := c.Endpoint()
	if c.standing != nil && server.Environment != nil && c.config.TrustedCAPath != "" && !c.config.pinned() {
		endpoint.certificateFingerprint = server.Environment.CertificateFingerprint
	}
	return endpoint
}

// Stopped stands for an LXD that is not spoken to because it shows another
// certificate: it has the way there and what an administrator should know, and
// nothing else. It is nil for an error that does not say so.
func (c *Client) Stopped(err error) *Server {
	var changed *CertificateError
	if !errors.As(err, &changed) {
		return nil
	}
	endpoint := c.Endpoint()
	endpoint.Trust, endpoint.hint, endpoint.certificateFingerprint = TrustUntrusted, changed.Error(), changed.Seen
	return &Server{APIExtensions: []string{}, connection: endpoint}
}

// optional is GraphQL's null for the empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
