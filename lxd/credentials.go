package lxd

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// credentials are what the files say: who we are, and who vouches for LXD.
// They are never changed: a change of the files makes new ones.
type credentials struct {
	own tls.Certificate
	// roots are nil where no CA is configured.
	roots *x509.CertPool
	// revoked is nil where no list is configured.
	revoked *x509.RevocationList
	// bare is whether others on this machine can read the key.
	bare bool
	// stamp tells these files from later ones.
	stamp string
}

func readCredentials(c Config) (*credentials, error) {
	read := &credentials{stamp: stamp(c)}
	var err error
	if read.own, err = readPair(c.CertificatePath, c.KeyPath); err != nil {
		return nil, err
	}
	if info, err := os.Stat(c.KeyPath); err == nil {
		read.bare = info.Mode().Perm()&0o077 != 0
	}
	if c.TrustedCAPath == "" {
		if c.CRLPath != "" {
			return nil, errors.New("LXD_CRL_PATH needs the CA that the list is of: set LXD_TRUSTED_CA_PATH too")
		}
		return read, nil
	}
	var authorities []*x509.Certificate
	if read.roots, authorities, err = readRoots(c.TrustedCAPath); err != nil {
		return nil, err
	}
	if c.CRLPath != "" {
		read.revoked, err = readRevoked(c.CRLPath, authorities)
	}
	return read, err
}

// stamp is the times and sizes of the files.
func stamp(c Config) string {
	var text strings.Builder
	for _, path := range []string{c.CertificatePath, c.KeyPath, c.TrustedCAPath, c.CRLPath} {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(&text, "%d.%d ", info.ModTime().UnixNano(), info.Size())
		}
	}
	return text.String()
}

// readRoots reads CAs; the list is empty for the system's, which cannot be listed.
func readRoots(path string) (*x509.CertPool, []*x509.Certificate, error) {
	if path == "system" {
		pool, err := x509.SystemCertPool()
		return pool, nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("LXD_TRUSTED_CA_PATH: %w", err)
	}
	pool := x509.NewCertPool()
	var authorities []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if authority, err := x509.ParseCertificate(block.Bytes); err == nil {
			pool.AddCert(authority)
			authorities = append(authorities, authority)
		}
	}
	if len(authorities) == 0 {
		return nil, nil, fmt.Errorf("LXD_TRUSTED_CA_PATH: %s holds no certificate in PEM form", path)
	}
	return pool, authorities, nil
}

// readRevoked reads a list of revoked certificates, PEM or DER. It has to be
// signed by one of the authorities, unless those are the system's.
func readRevoked(path string, authorities []*x509.Certificate) (*x509.RevocationList, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("LXD_CRL_PATH: %w", err)
	}
	if block, _ := pem.Decode(text); block != nil {
		text = block.Bytes
	}
	list, err := x509.ParseRevocationList(text)
	if err != nil {
		return nil, fmt.Errorf("LXD_CRL_PATH: %s is no list of revoked certificates: %w", path, err)
	}
	signs := func(authority *x509.Certificate) bool { return list.CheckSignatureFrom(authority) == nil }
	if len(authorities) > 0 && !slices.ContainsFunc(authorities, signs) {
		return nil, fmt.Errorf("LXD_CRL_PATH: %s is signed by none of the CAs of LXD_TRUSTED_CA_PATH", path)
	}
	return list, nil
}

// refuses is why a certificate is not trusted whoever vouches for it; nil for none.
func (c *credentials) refuses(certificate *x509.Certificate) error {
	if err := sha2(certificate); err != nil {
		return err
	}
	if c.revoked == nil || string(c.revoked.RawIssuer) != string(certificate.RawIssuer) {
		return nil
	}
	for _, entry := range c.revoked.RevokedCertificateEntries {
		if entry.SerialNumber.Cmp(certificate.SerialNumber) == 0 {
			return errors.New("its CA has revoked it (LXD_CRL_PATH)")
		}
	}
	return nil
}

// vouched reports whether one of the CAs has signed what LXD shows: nil when one has.
func (c *credentials) vouched(state tls.ConnectionState) error {
	if c.roots == nil {
		return errors.New("no CA is configured")
	}
	between := x509.NewCertPool()
	for _, certificate := range state.PeerCertificates[1:] {
		between.AddCert(certificate)
	}
	chains, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: state.ServerName, Roots: c.roots, Intermediates: between})
	if err != nil {
		return err
	}
	for _, chain := range chains {
		if err = c.chain(chain); err == nil {
			return nil
		}
	}
	return err
}

// chain refuses a chain with a link that is not trusted; its last one is the root, which is ours.
func (c *credentials) chain(chain []*x509.Certificate) error {
	for _, certificate := range chain[:len(chain)-1] {
		if err := c.refuses(certificate); err != nil {
			return err
		}
	}
	return nil
}
