package lxd

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
)

func (c *Certificate) address() string { return path("certificates", c.Fingerprint) }

// changeableCertificate reads a certificate that may be changed: without force
// that is none on which lxdql, or a member of the cluster, depends.
func (c *Client) changeableCertificate(ctx context.Context, as Scope, of string, force bool) (*Certificate, error) {
	if err := administer(as); err != nil {
		return nil, err
	}
	certificate, err := c.OneCertificate(ctx, as, of)
	switch {
	case err != nil || force:
		return certificate, err
	case certificate.Fingerprint == c.ownFingerprint():
		return nil, conflict("this is the certificate that lxdql itself uses, and without it lxdql loses LXD: say force: true if that is what you want")
	case certificate.Type == "SERVER":
		return nil, conflict("this is the certificate of a member of the cluster, which deleteClusterMember takes away with the member: say force: true to change it all the same")
	}
	return certificate, nil
}

// readCertificate reads PEM that holds one certificate and nothing else. What it
// was given is no part of the error: people mix up certificate and key.
func readCertificate(argument, text string) (*x509.Certificate, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || strings.TrimSpace(string(rest)) != "" {
		return nil, &InputError{argument, "a certificate is PEM: one block that begins with -----BEGIN CERTIFICATE-----"}
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, &InputError{argument, "the certificate cannot be read: " + err.Error()}
	}
	return parsed, nil
}

// certificateName is the rule of LXD 6.x, which no release is harmed by.
func certificateName(argument, name string) error {
	if name == "" || len(name) > 255 || strings.HasPrefix(name, "-") || strings.ContainsAny(name, "/\x00\n") {
		return &InputError{argument, "the name has 1 to 255 characters, no slash, and does not begin with a dash"}
	}
	return nil
}

// existingProjects is an error for a project that does not exist: with a token
// 5.0.2 would find out when the token is used (seen).
func (c *Client) existingProjects(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	projects, err := c.Projects(ctx, System)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !slices.ContainsFunc(projects, func(p *Project) bool { return p.Name == name }) {
			return hidden("Project " + name)
		}
	}
	return nil
}
