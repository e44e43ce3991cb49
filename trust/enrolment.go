package trust

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Enrolment asks for lxdql and an LXD to trust each other.
type Enrolment struct {
	// URL is LXD's address; "" is the token's.
	URL string
	// Token is what `lxc config trust add` has printed; "" when LXD trusts our
	// certificate otherwise.
	Token string
	// Fingerprint is the SHA-256 that LXD's certificate has to have; "" is the token's.
	Fingerprint string
	// RSA makes an RSA 4096 key where there is none; the default is ECDSA P-384.
	RSA bool
}

// Enrolled is what came of it.
type Enrolled struct {
	// Endpoint is the way to LXD, as it stands now.
	Endpoint *lxd.LxdEndpoint
	// Client is our certificate.
	Client *lxd.ClientCertificate
	// Decision is what was kept.
	Decision *Decision
}

// Enrol makes lxdql and an LXD trust each other. It speaks to a server only if
// it shows the certificate that the token or the caller names, or that the CA
// vouches for, and keeps that decision. Config says where our certificate is.
func Enrol(ctx context.Context, store Store, config lxd.Config, ask Enrolment, by string) (*Enrolled, error) {
	token, expected, err := ask.expected()
	if err != nil {
		return nil, err
	}
	probe, err := ask.probe(ctx, config, token)
	if err != nil {
		return nil, err
	}
	seen := probe.CertificateFingerprint()
	switch {
	case expected == "" && !probe.Vouched:
		return nil, &lxd.InputError{Argument: "fingerprint", Message: probe.URL + " shows the certificate\n  " + seen + "\nwhich nothing vouches for: compare it with `lxc info | grep fingerprint` on LXD's host and give it as the fingerprint, or give a token of `lxc config trust add --name lxdql`"}
	case expected != "" && expected != seen:
		return nil, &lxd.CertificateError{Expected: expected, Seen: seen, Cause: errors.New("it is another server than the one that the token or the fingerprint is of")}
	case probe.RefusedBecause() != nil:
		return nil, &lxd.InputError{Argument: "url", Message: probe.URL + " shows a certificate that cannot be trusted: " + *probe.RefusedBecause()}
	}
	own, err := lxd.EnsureCertificate(config.CertificatePath, config.KeyPath, ask.RSA)
	if err != nil {
		return nil, err
	}
	config.Remote, config.URL, config.Fingerprint, config.Accepted = true, probe.URL, configuredPin(config, probe.URL), seen
	endpoint, err := introduce(ctx, config, token)
	if err != nil {
		return nil, err
	}
	decision := &Decision{Server: config.Name, URL: probe.URL, Configured: config.Decision(), Fingerprint: seen, By: by, At: time.Now().UTC()}
	if before, err := store.Decision(ctx, decision.Server, decision.URL, decision.Configured); err != nil {
		return nil, err
	} else if before != nil {
		decision.Replaced = before.Fingerprint
	}
	return &Enrolled{endpoint, own, decision}, store.AddDecision(ctx, decision)
}

// configuredPin is the configured fingerprint where it is about this server.
func configuredPin(config lxd.Config, url string) string {
	if urls, err := lxd.RemoteURLs(config.URL); config.URL == "" || err == nil && slices.Contains(strings.Split(urls, ","), url) {
		return config.Fingerprint
	}
	return ""
}

// expected is the fingerprint that LXD's certificate has to have; "" when nobody says.
func (e *Enrolment) expected() (token *lxd.TrustToken, fingerprint string, err error) {
	if e.Fingerprint != "" {
		if fingerprint, err = lxd.ReadFingerprint(e.Fingerprint); err != nil {
			return nil, "", err
		}
	}
	if e.Token == "" {
		return nil, fingerprint, nil
	}
	if token, err = lxd.ReadToken(e.Token); err != nil {
		return nil, "", err
	}
	if fingerprint != "" && fingerprint != token.Fingerprint {
		return nil, "", &lxd.InputError{Argument: "fingerprint", Message: "the token is of an LXD with another fingerprint: " + token.Fingerprint}
	}
	return token, token.Fingerprint, nil
}

// probe looks at the server, or at the first of several members or of the
// token's addresses that answers.
func (e *Enrolment) probe(ctx context.Context, config lxd.Config, token *lxd.TrustToken) (probe *lxd.ServerProbe, err error) {
	addresses := strings.Split(e.URL, ",")
	if e.URL == "" {
		if token == nil || len(token.Addresses) == 0 {
			return nil, &lxd.InputError{Argument: "url", Message: "say which LXD: https://lxd-host:8443"}
		}
		addresses = nil
		for _, address := range token.Addresses[:min(len(token.Addresses), 8)] {
			addresses = append(addresses, "https://"+address)
		}
	}
	return probeAny(ctx, config, addresses)
}

// probeAny looks at the first of the servers that can be reached.
func probeAny(ctx context.Context, config lxd.Config, addresses []string) (probe *lxd.ServerProbe, err error) {
	for _, address := range addresses {
		if probe, err = lxd.Probe(ctx, lxd.System, config, strings.TrimSpace(address)); err == nil {
			return probe, nil
		}
	}
	return nil, err
}

// introduce gives LXD the token, and returns how LXD and we stand.
func introduce(ctx context.Context, config lxd.Config, token *lxd.TrustToken) (*lxd.LxdEndpoint, error) {
	client, err := lxd.New(ctx, config)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if token != nil {
		if err := client.Enrol(ctx, token); err != nil {
			return nil, err
		}
	}
	server, err := client.Server(ctx, lxd.System)
	if err != nil {
		return nil, err
	}
	return server.Connection(), nil
}
