package lxd

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// tlsConfig checks the certificate of LXD at a host in one of two ways: by the pinned
// fingerprint, or by a CA. There is no third. Each handshake goes by what is
// configured and accepted at that moment.
func (s *standing) tlsConfig(host string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		ServerName: host,
		// The check of the system's CAs, which LXD's self-signed certificate can
		// never pass, is replaced by VerifyConnection.
		InsecureSkipVerify: true,
		VerifyConnection:   s.verify,
		// Always ours, even where LXD names CAs that have not signed it: LXD decides.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &s.files().own, nil
		},
	}
}

// verify is the check of LXD's certificate.
func (s *standing) verify(state tls.ConnectionState) error {
	s.mutex.Lock()
	files, pin := s.credentials, s.pin
	s.mutex.Unlock()
	seen := fingerprint(state.PeerCertificates[0])
	if err := files.refuses(state.PeerCertificates[0]); err != nil {
		return &CertificateError{Seen: seen, Cause: err}
	}
	if pin != "" && seen == pin {
		return nil
	}
	if files.roots == nil || s.config.pinned() {
		return &CertificateError{Expected: pin, Seen: seen}
	}
	if err := files.vouched(state); err != nil {
		return &CertificateError{Seen: seen, Cause: err}
	}
	return nil
}

// trustsNobody is the refusal to begin when nothing says which certificate to
// trust. It shows the one that was seen, so that a person can compare it.
func trustsNobody(ctx context.Context, urls []string) error {
	seen, address, err := shownByAny(ctx, urls)
	if err != nil {
		return fmt.Errorf("set LXD_TRUSTED_CA_PATH or LXD_SERVER_FINGERPRINT: nothing says which certificate of LXD to trust, and %s could not be asked for its fingerprint: %w", address, err)
	}
	return fmt.Errorf("nothing says which certificate of LXD to trust: %s shows the fingerprint\n  %s\ncompare it with `lxc info | grep fingerprint` on LXD's host, then run `lxdql trust --url %s --fingerprint …` (or --token …), or set LXD_SERVER_FINGERPRINT to it (or LXD_TRUSTED_CA_PATH to a CA)", address, fingerprint(seen.PeerCertificates[0]), address)
}

func fingerprint(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// plainFingerprint is a fingerprint as people write it, in our form; "" when it is none.
func plainFingerprint(text string) string {
	text = strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(text))
	if _, err := hex.DecodeString(text); err != nil || len(text) != 2*sha256.Size {
		return ""
	}
	return text
}

// shown looks at what a server shows, and sends nothing: neither a request nor
// our own certificate.
func shown(ctx context.Context, address string) (*tls.ConnectionState, error) {
	target, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	var seen *tls.ConnectionState
	look := &tls.Config{MinVersion: tls.VersionTLS13, ServerName: target.Hostname(), InsecureSkipVerify: true}
	look.VerifyConnection = func(state tls.ConnectionState) error {
		seen = &state
		return errors.New("seen enough")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	dialer := &tls.Dialer{NetDialer: &net.Dialer{}, Config: look}
	connection, err := dialer.DialContext(ctx, "tcp", target.Host)
	if err == nil {
		connection.Close()
	}
	if seen == nil {
		return nil, &UnavailableError{URL: address, Cause: err}
	}
	return seen, nil
}
