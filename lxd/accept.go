package lxd

import (
	"context"
	"crypto/x509"
)

// Pin is the fingerprint that LXD's certificate may have; "" where a CA says so, and over the socket.
func (c *Client) Pin() string {
	if c.standing == nil {
		return ""
	}
	c.standing.mutex.Lock()
	defer c.standing.mutex.Unlock()
	return c.standing.pin
}

// Repin makes another fingerprint the one that LXD's certificate may have, on
// somebody's decision that was made elsewhere.
func (c *Client) Repin(fingerprint string) {
	if c.standing != nil && fingerprint != "" {
		c.standing.accept(fingerprint)
		c.renew()
	}
}

// Accept makes the certificate that LXD shows now the one that it may have,
// if it has this fingerprint, and lets a stopped connection go on. It is for
// administrators, and returns what was accepted and what it replaces.
func (c *Client) Accept(ctx context.Context, as Scope, text string) (accepted, replaced string, err error) {
	if !as.Allows("", true) {
		return "", "", &ForbiddenError{Reason: "only an administrator of the server accepts a certificate of LXD"}
	}
	if c.standing == nil {
		return "", "", &InputError{Message: "lxdql speaks to LXD over its unix socket, where no certificate is shown"}
	}
	wanted := plainFingerprint(text)
	if wanted == "" {
		return "", "", &InputError{Argument: "fingerprint", Message: "that is no SHA-256: 64 hexadecimal digits, with or without colons"}
	}
	seen, _, err := shownByAny(ctx, c.members.fromInUse())
	if err != nil {
		return "", "", err
	}
	if err := c.acceptable(seen.PeerCertificates[0], wanted); err != nil {
		return "", "", err
	}
	replaced = c.Pin()
	c.Repin(wanted)
	return wanted, replaced, nil
}

// acceptable refuses a certificate that nobody may accept, and one that LXD does not show.
func (c *Client) acceptable(seen *x509.Certificate, wanted string) error {
	if fingerprint(seen) != wanted {
		return &InputError{Argument: "fingerprint", Message: "LXD shows another certificate now: " + fingerprint(seen) + ". Compare it with `lxc info | grep fingerprint` on LXD's host, and accept it if it is that one"}
	}
	if err := c.standing.files().refuses(seen); err != nil {
		return &InputError{Argument: "fingerprint", Message: "the certificate " + wanted + " cannot be accepted: " + err.Error()}
	}
	return nil
}
