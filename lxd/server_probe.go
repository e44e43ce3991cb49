package lxd

import (
	"context"
	"crypto/x509"
)

// ServerProbe is what a server shows to whoever connects, which proves nothing.
type ServerProbe struct {
	URL     string
	Vouched bool

	seen    *x509.Certificate
	refused error
}

// CertificateFingerprint is the SHA-256 of the certificate, hexadecimal.
func (p *ServerProbe) CertificateFingerprint() string { return fingerprint(p.seen) }

// Subject is whom the certificate names.
func (p *ServerProbe) Subject() string { return p.seen.Subject.String() }

// Issuer is who has signed the certificate.
func (p *ServerProbe) Issuer() string { return p.seen.Issuer.String() }

// NotBefore is from when the certificate counts.
func (p *ServerProbe) NotBefore() Time { return Time{p.seen.NotBefore} }

// NotAfter is until when the certificate counts.
func (p *ServerProbe) NotAfter() Time { return Time{p.seen.NotAfter} }

// Names are the hosts and addresses that the certificate is for.
func (p *ServerProbe) Names() []string {
	names := append([]string{}, p.seen.DNSNames...)
	for _, address := range p.seen.IPAddresses {
		names = append(names, address.String())
	}
	return names
}

// RefusedBecause is why the certificate can never be trusted; nil when it can.
func (p *ServerProbe) RefusedBecause() *string {
	if p.refused == nil {
		return nil
	}
	return optional(p.refused.Error())
}

// Probe looks at the certificate that a server shows, and sends it nothing. The
// files of config say which CA vouches and what is revoked. It is for
// administrators: whoever names addresses can find out what listens there.
func Probe(ctx context.Context, as Scope, config Config, address string) (*ServerProbe, error) {
	if !as.Allows("", true) {
		return nil, &ForbiddenError{Reason: "only an administrator of the server probes other servers", Argument: "url"}
	}
	plain, err := RemoteURL(address)
	if err != nil {
		return nil, &InputError{Argument: "url", Message: "url " + err.Error()}
	}
	state, err := shown(ctx, plain)
	if err != nil {
		return nil, err
	}
	probe := &ServerProbe{URL: plain, seen: state.PeerCertificates[0], refused: sha2(state.PeerCertificates[0])}
	if config.TrustedCAPath == "" {
		return probe, nil
	}
	var files credentials
	var authorities []*x509.Certificate
	if files.roots, authorities, err = readRoots(config.TrustedCAPath); err == nil && config.CRLPath != "" {
		files.revoked, err = readRevoked(config.CRLPath, authorities)
	}
	if err != nil {
		return nil, err
	}
	probe.refused = files.refuses(probe.seen)
	probe.Vouched = files.vouched(*state) == nil
	return probe, nil
}
