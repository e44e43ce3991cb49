package lxd

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
)

// Certificate is somebody whom LXD trusts.
type Certificate struct {
	Fingerprint  string          `json:"fingerprint"`
	Name         string          `json:"name"`
	Type         CertificateType `json:"type"`
	Restricted   bool            `json:"restricted"`
	ProjectNames []string        `json:"projects"`
	Certificate  string          `json:"certificate"`

	server string
}

// CertificateType is what a certificate is for.
type CertificateType string

// UnmarshalJSON reads LXD's word.
func (t *CertificateType) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*t = known[CertificateType](strings.ToUpper(word), "CLIENT", "SERVER", "METRICS")
	return err
}

// IsNode marks that a certificate has an id.
func (*Certificate) IsNode() {}

// ID is the certificate's id.
func (c *Certificate) ID() string {
	return ID{Server: c.server, Kind: "Certificate", Name: c.Fingerprint}.String()
}

// parsed is what the certificate says; nil when it cannot be read.
func (c *Certificate) parsed() *x509.Certificate {
	block, _ := pem.Decode([]byte(c.Certificate))
	if block == nil {
		return nil
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	return parsed
}

// Subject is whom the certificate names; "" when it cannot be read.
func (c *Certificate) Subject() string {
	if parsed := c.parsed(); parsed != nil {
		return parsed.Subject.String()
	}
	return ""
}

// NotBefore is from when it counts; zero when it cannot be read.
func (c *Certificate) NotBefore() Time {
	if parsed := c.parsed(); parsed != nil {
		return Time{parsed.NotBefore}
	}
	return Time{}
}

// NotAfter is until when it counts; zero when it cannot be read.
func (c *Certificate) NotAfter() Time {
	if parsed := c.parsed(); parsed != nil {
		return Time{parsed.NotAfter}
	}
	return Time{}
}

// Certificates lists those whom LXD trusts. It is for who may change the server.
func (c *Client) Certificates(ctx context.Context, as Scope) ([]*Certificate, error) {
	if !as.Allows("", true) {
		return nil, &ForbiddenError{}
	}
	certificates, err := get[[]*Certificate](ctx, c, "/1.0/certificates?recursion=1")
	for _, certificate := range certificates {
		certificate.server = c.Name()
	}
	return certificates, err
}

// OneCertificate reads the certificate with a fingerprint, or with the
// beginning of one. It is for who may change the server.
func (c *Client) OneCertificate(ctx context.Context, as Scope, fingerprint string) (*Certificate, error) {
	if !as.Allows("", true) || !validFingerprint(fingerprint) {
		return nil, hidden("Certificate")
	}
	certificate, err := get[*Certificate](ctx, c, path("certificates", fingerprint))
	if err == nil {
		certificate.server = c.Name()
	}
	return certificate, err
}
