package lxd

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
)

// CreateCertificateInput is somebody whom LXD shall trust.
type CreateCertificateInput struct {
	Name string
	// Type is CLIENT or METRICS; nil is CLIENT.
	Type *CertificateType
	// Certificate is PEM; nil with Token.
	Certificate *string
	// Token asks for a token instead, which whoever has it trades for trust.
	Token      *bool
	Restricted *bool
	// Projects are those that it may use, where it is restricted.
	Projects []string
}

// UpdateCertificateInput is a change of whom LXD trusts: what is nil stays.
type UpdateCertificateInput struct {
	Name        *string
	Restricted  *bool
	Projects    []string
	Certificate *string
}

// Fingerprint is that of the certificate; "" when there is none that can be read.
func (i *CreateCertificateInput) Fingerprint() string {
	parsed, err := readCertificate("", value(i.Certificate))
	if err != nil {
		return ""
	}
	return fingerprint(parsed)
}

// CreateCertificate makes LXD trust a certificate.
func (c *Client) CreateCertificate(ctx context.Context, as Scope, input *CreateCertificateInput) (*Operation, error) {
	body, err := c.trust(ctx, as, input)
	if err != nil {
		return nil, err
	}
	parsed, err := readCertificate("input.certificate", value(input.Certificate))
	if err != nil {
		return nil, err
	}
	exists := "LXD trusts this certificate already: " + fingerprint(parsed)
	switch _, err := c.OneCertificate(ctx, as, fingerprint(parsed)); {
	case err == nil:
		return nil, &ExistsError{exists}
	case !IsNotFound(err):
		return nil, err
	}
	body["certificate"] = base64.StdEncoding.EncodeToString(parsed.Raw)
	operation, err := change(ctx, c, "", http.MethodPost, path("certificates"), body)
	return operation, nameTaken(err, exists)
}

// CreateCertificateToken asks LXD for a token that somebody trades for trust.
func (c *Client) CreateCertificateToken(ctx context.Context, as Scope, input *CreateCertificateInput) (*Token, error) {
	body, err := c.trust(ctx, as, input)
	if err != nil {
		return nil, err
	}
	if body["type"] != "client" {
		return nil, &InputError{"input.type", "LXD gives tokens for certificates of type CLIENT only"}
	}
	body["token"] = true
	details, err := c.token(ctx, path("certificates"), body)
	if isMessage(err, "Can't issue token when server isn't listening on network") {
		return nil, conflict("a token is of use only when LXD can be reached over the network: set core.https_address first")
	}
	if err != nil {
		return nil, err
	}
	return details.write("client_name", input.Name)
}

// trust is what certificates and tokens have in common.
func (c *Client) trust(ctx context.Context, as Scope, input *CreateCertificateInput) (map[string]any, error) {
	if err := administer(as); err != nil {
		return nil, err
	}
	if value(input.Token) == (input.Certificate != nil) {
		return nil, &InputError{"input.certificate", "give either a certificate or token: true"}
	}
	if err := certificateName("input.name", input.Name); err != nil {
		return nil, err
	}
	kind := "client"
	if input.Type != nil {
		kind = strings.ToLower(string(*input.Type))
	}
	if kind != "client" && kind != "metrics" {
		return nil, &InputError{"input.type", "the type is CLIENT or METRICS: those of members come with the members"}
	}
	if len(input.Projects) > 0 && !value(input.Restricted) {
		return nil, &InputError{"input.projects", "projects go with restricted: true only"}
	}
	if err := c.existingProjects(ctx, input.Projects); err != nil {
		return nil, err
	}
	return map[string]any{"name": input.Name, "type": kind, "restricted": value(input.Restricted), "projects": input.Projects}, nil
}

// UpdateCertificate changes whom LXD trusts, and returns the fingerprint that it
// has then. What would cut lxdql itself, or a member of the cluster, off from
// LXD takes force.
func (c *Client) UpdateCertificate(ctx context.Context, as Scope, of string, input *UpdateCertificateInput, ifMatch *string, force bool) (string, *Operation, error) {
	certificate, err := c.changeableCertificate(ctx, as, of, force || input.Restricted == nil && input.Projects == nil && input.Certificate == nil)
	if err != nil {
		return "", nil, err
	}
	if err := input.check(certificate); err != nil {
		return "", nil, err
	}
	if err := c.existingProjects(ctx, input.Projects); err != nil {
		return "", nil, err
	}
	after := certificate.Fingerprint
	if input.Certificate != nil {
		parsed, err := readCertificate("input.certificate", *input.Certificate)
		if err != nil {
			return "", nil, err
		}
		after = fingerprint(parsed)
	}
	operation, err := c.edit(ctx, as, nil, "", certificate.address(), ifMatch, func(current object) error { return input.apply(current) })
	return after, operation, err
}

// check refuses what LXD would keep although it means nothing.
func (i *UpdateCertificateInput) check(certificate *Certificate) error {
	if i.Name != nil {
		if err := certificateName("input.name", *i.Name); err != nil {
			return err
		}
	}
	restricted := certificate.Restricted
	if i.Restricted != nil {
		restricted = *i.Restricted
	}
	if len(i.Projects) > 0 && !restricted {
		return &InputError{"input.projects", "projects go with restricted: true only"}
	}
	return nil
}

func (i *UpdateCertificateInput) apply(current object) error {
	projects := i.Projects
	if i.Restricted != nil && !*i.Restricted {
		projects = []string{}
	}
	for _, err := range []error{
		setGiven(current, "name", i.Name), setGiven(current, "restricted", i.Restricted),
		setList(current, "projects", projects), setGiven(current, "certificate", i.Certificate),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteCertificate makes LXD trust a certificate no longer. That of lxdql
// itself, or of a member of the cluster, takes force.
func (c *Client) DeleteCertificate(ctx context.Context, as Scope, of string, force bool) (*Certificate, *Operation, error) {
	certificate, err := c.changeableCertificate(ctx, as, of, force)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, "", http.MethodDelete, certificate.address(), nil)
	return certificate, operation, err
}
