package lxd

import (
	"crypto/tls"
	"errors"
	"fmt"
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
	// URL is LXD's address in remote mode: "https://host:8443".
	URL string
	// CertificatePath and KeyPath are our client certificate in remote mode, PEM.
	CertificatePath, KeyPath string
	// TrustedCAPath is a PEM file of CAs that LXD's certificate has to be
	// signed by, or "system" for the system's roots.
	TrustedCAPath string
	// Fingerprint is the SHA-256 of LXD's certificate, hexadecimal; it wins over TrustedCAPath.
	Fingerprint string
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
	address, err := url.Parse(c.URL)
	if err != nil || address.Scheme != "https" || address.Host == "" {
		return fmt.Errorf("LXD_REMOTE_URL is %q: it has to be like https://lxd-host:8443", c.URL)
	}
	if address.User != nil || address.RawQuery != "" || (address.Path != "" && address.Path != "/") {
		return errors.New("LXD_REMOTE_URL takes a host and a port only: https://lxd-host:8443")
	}
	c.URL = "https://" + address.Host
	if c.CertificatePath == "" || c.KeyPath == "" {
		return errors.New("remote mode needs a client certificate: set LXD_CLIENT_CERT_PATH and LXD_CLIENT_KEY_PATH, and add the certificate on LXD's host with `lxc config trust add`")
	}
	if _, err := tls.LoadX509KeyPair(c.CertificatePath, c.KeyPath); err != nil {
		return fmt.Errorf("the client certificate cannot be read: %w", err)
	}
	return nil
}
