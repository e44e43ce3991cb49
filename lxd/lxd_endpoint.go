package lxd

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

	hint                   string
	certificateFingerprint string
}

// Hint says what to do when LXD does not trust us; nil otherwise.
func (e *LxdEndpoint) Hint() *string { return optional(e.hint) }

// CertificateFingerprint is the SHA-256 of the certificate that LXD shows; nil over the socket.
func (e *LxdEndpoint) CertificateFingerprint() *string { return optional(e.certificateFingerprint) }

func (c *Client) endpoint(server *Server) *LxdEndpoint {
	endpoint := &LxdEndpoint{Mode: ModeLocal, URL: c.URL(), AuthMethod: "unix", Trust: TrustTrusted}
	if c.config.Remote {
		endpoint.Mode, endpoint.AuthMethod = ModeRemote, "tls"
		endpoint.certificateFingerprint = c.serverFingerprint(server)
	}
	if server.Auth == "trusted" {
		return endpoint
	}
	endpoint.Trust = TrustUntrusted
	endpoint.hint = (&NotTrustedError{Fingerprint: c.ownFingerprint()}).Error()
	if c.trusted.Load() {
		endpoint.Trust = TrustRevoked
		endpoint.hint = "LXD has withdrawn its trust. " + endpoint.hint
	}
	return endpoint
}

// serverFingerprint is the pinned one where there is one: the connection would
// not stand with another.
func (c *Client) serverFingerprint(server *Server) string {
	if c.config.Fingerprint == "" && server.Environment != nil {
		return server.Environment.CertificateFingerprint
	}
	return c.config.Fingerprint
}

// optional is GraphQL's null for the empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
