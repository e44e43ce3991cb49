package lxd

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"
)

// The places where LXD's packages put its socket, in the order in which they are tried.
const (
	SnapSocket   = "/var/snap/lxd/common/lxd/unix.socket"
	NativeSocket = "/var/lib/lxd/unix.socket"
)

// Config says where LXD is and how to reach it.
type Config struct {
	// Name is lxdql's name for the server, part of every id; default "lxd".
	Name string
	// Remote chooses HTTPS; the default is the unix socket.
	Remote bool
	// SocketPath is LXD's unix socket; empty: the snap's, then the native one.
	SocketPath string
	// URL is LXD's address in remote mode: "https://host:8443"; of a cluster the
	// addresses of several members, separated by commas.
	URL string
	// CertificatePath and KeyPath are our client certificate in remote mode, PEM.
	CertificatePath, KeyPath string
	// TrustedCAPath is a PEM file of CAs that LXD's certificate has to be
	// signed by, or "system" for the system's roots.
	TrustedCAPath string
	// Fingerprint is the SHA-256 of LXD's certificate, hexadecimal; it wins over TrustedCAPath.
	Fingerprint string
	// CRLPath is a list of the certificates that the CA has revoked, PEM or DER.
	CRLPath string
	// Accepted is the SHA-256 of a certificate of LXD that somebody has accepted
	// instead of Fingerprint, or beside what the CA vouches for.
	Accepted string
	// TrustedBefore is whether LXD has trusted our certificate in an earlier run.
	TrustedBefore bool
	// Timeout bounds each request, but not WebSockets and waits; default 30 s.
	Timeout time.Duration
}

// FindSocket is the first of the usual sockets that exists, or "".
func FindSocket() string {
	for _, path := range []string{SnapSocket, NativeSocket} {
		if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
			return path
		}
	}
	return ""
}

func (c *Config) validate() error {
	if c.Name == "" {
		c.Name = "lxd"
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if !c.Remote {
		if c.SocketPath == "" {
			c.SocketPath = FindSocket()
		}
		if c.SocketPath == "" {
			return fmt.Errorf("no LXD socket at %s or %s: set LXD_SOCKET_PATH, or LXD_CONNECTION_MODE=remote with LXD_REMOTE_URL", SnapSocket, NativeSocket)
		}
		return nil
	}
	return c.validateRemote()
}

func (c *Config) validateRemote() error {
	addresses, err := RemoteURLs(c.URL)
	if err != nil {
		return fmt.Errorf("LXD_REMOTE_URL %w", err)
	}
	c.URL = addresses
	if c.CertificatePath == "" || c.KeyPath == "" {
		return errors.New("remote mode needs a client certificate: set LXD_CLIENT_CERT_PATH and LXD_CLIENT_KEY_PATH, and add the certificate on LXD's host with `lxc config trust add`")
	}
	if c.Fingerprint != "" {
		plain := plainFingerprint(c.Fingerprint)
		if plain == "" {
			return fmt.Errorf("LXD_SERVER_FINGERPRINT is %q: a SHA-256 has 64 hexadecimal digits, with or without colons", c.Fingerprint)
		}
		c.Fingerprint = plain
	}
	return nil
}

// RemoteURL is the address of an LXD over HTTPS in its one form; the port is 8443
// where none is named, as for lxc.
func RemoteURL(text string) (string, error) {
	address, err := url.Parse(text)
	if err != nil || address.Scheme != "https" || address.Host == "" {
		return "", fmt.Errorf("is %q: it has to be like https://lxd-host:8443", text)
	}
	if address.User != nil || address.RawQuery != "" || address.Fragment != "" || (address.Path != "" && address.Path != "/") {
		return "", errors.New("takes a host and a port only: https://lxd-host:8443")
	}
	if address.Port() == "" {
		return "https://" + net.JoinHostPort(address.Hostname(), "8443"), nil
	}
	return "https://" + address.Host, nil
}

// pinned reports whether the CAs do not count.
func (c *Config) pinned() bool { return c.Fingerprint != "" }

// Decision names what the configuration says of whom to trust, so that what
// somebody accepts instead of it does not outlive it.
func (c *Config) Decision() string {
	switch {
	case c.Fingerprint != "":
		return "fingerprint:" + plainFingerprint(c.Fingerprint)
	case c.TrustedCAPath != "":
		return "ca:" + c.TrustedCAPath
	}
	return ""
}
