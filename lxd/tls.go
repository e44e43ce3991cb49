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
	"os"
	"strings"
	"time"
)

// tlsConfig checks LXD's certificate in one of two ways: against a CA, or
// against the pinned fingerprint. There is no third: without either it fails
// and says which fingerprint it saw, so that a person can compare it.
func tlsConfig(ctx context.Context, c Config) (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(c.CertificatePath, c.KeyPath)
	if err != nil {
		return nil, err
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{certificate}}
	switch {
	case c.Fingerprint != "":
		pin(settings, strings.ToLower(strings.ReplaceAll(c.Fingerprint, ":", "")))
		return settings, nil
	case c.TrustedCAPath != "":
		settings.RootCAs, err = roots(c.TrustedCAPath)
		return settings, err
	}
	seen, err := seenFingerprint(ctx, c.URL)
	if err != nil {
		return nil, fmt.Errorf("set LXD_TRUSTED_CA_PATH or LXD_SERVER_FINGERPRINT: nothing says which certificate of LXD to trust, and %s could not be asked for its fingerprint: %w", c.URL, err)
	}
	return nil, fmt.Errorf("nothing says which certificate of LXD to trust: %s shows the fingerprint\n  %s\ncompare it with `lxc info | grep fingerprint` on LXD's host, then set LXD_SERVER_FINGERPRINT to it (or LXD_TRUSTED_CA_PATH to a CA)", c.URL, seen)
}

// pin replaces the check against the system's CAs, which LXD's self-signed
// certificate can never pass, by one that is stricter: only this certificate.
func pin(settings *tls.Config, expected string) {
	settings.InsecureSkipVerify = true // VerifyConnection below is the verification
	settings.VerifyConnection = func(state tls.ConnectionState) error {
		if seen := fingerprint(state.PeerCertificates[0]); seen != expected {
			return &CertificateError{Expected: expected, Seen: seen}
		}
		return nil
	}
}

func roots(path string) (*x509.CertPool, error) {
	if path == "system" {
		return x509.SystemCertPool()
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("LXD_TRUSTED_CA_PATH: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("LXD_TRUSTED_CA_PATH: %s holds no certificate in PEM form", path)
	}
	return pool, nil
}

func fingerprint(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.Raw)
	return hex.EncodeToString(sum[:])
}

// seenFingerprint looks at the certificate that a server shows, and sends
// nothing: neither a request nor our own certificate.
func seenFingerprint(ctx context.Context, address string) (string, error) {
	target, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	seen := ""
	look := &tls.Config{MinVersion: tls.VersionTLS13, ServerName: target.Hostname(), InsecureSkipVerify: true}
	look.VerifyConnection = func(state tls.ConnectionState) error {
		seen = fingerprint(state.PeerCertificates[0])
		return errors.New("seen enough")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	dialer := &tls.Dialer{NetDialer: &net.Dialer{}, Config: look}
	connection, err := dialer.DialContext(ctx, "tcp", target.Host)
	if err == nil {
		connection.Close()
	}
	if seen == "" {
		return "", err
	}
	return seen, nil
}
