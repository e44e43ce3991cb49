package lxd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// memberName is what may be part of a URL and of a host's name. LXD of 5.0.2
// takes anything, and does not find a/b again (seen).
var memberName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$`)

func checkMemberName(argument, name string) error {
	if !memberName.MatchString(name) || name == "none" {
		return &InputError{argument, "a member's name has 1 to 63 letters, digits, dots, dashes and underscores, and begins and ends with a letter or a digit"}
	}
	return nil
}

// inCluster is an error where LXD is in no cluster.
func (c *Client) inCluster(ctx context.Context, as Scope) (*ServerCluster, error) {
	if err := administer(as); err != nil {
		return nil, err
	}
	cluster, err := c.Cluster(ctx)
	if err == nil && !cluster.Enabled {
		err = conflict("this LXD is in no cluster: enableCluster makes it the first member of one")
	}
	return cluster, err
}

// EnableCluster begins to make LXD the first member of a cluster. There is no
// way back but to set LXD up again.
func (c *Client) EnableCluster(ctx context.Context, as Scope, name string) (*Operation, error) {
	if err := administer(as); err != nil {
		return nil, err
	}
	if err := checkMemberName("memberName", name); err != nil {
		return nil, err
	}
	switch cluster, err := c.Cluster(ctx); {
	case err != nil:
		return nil, err
	case cluster.Enabled:
		return nil, conflict("this LXD is in a cluster already, as %s", cluster.Name)
	}
	operation, err := change(ctx, c, "", http.MethodPut, path("cluster"), map[string]any{"server_name": name, "enabled": true})
	if err != nil && strings.HasPrefix(err.Error(), "Cannot use wildcard core.https_address") {
		return nil, conflict("the other members have to reach this one: set core.https_address to one address and port, such as 10.0.0.1:8443, first")
	}
	return operation, err
}

// CreateClusterJoinToken asks for a token with which a machine becomes a member
// under a name. LXD forgets an earlier one for the same name.
func (c *Client) CreateClusterJoinToken(ctx context.Context, as Scope, name string) (*Token, error) {
	if _, err := c.inCluster(ctx, as); err != nil {
		return nil, err
	}
	if err := c.freeMemberName(ctx, "memberName", name); err != nil {
		return nil, err
	}
	details, err := c.token(ctx, path("cluster", "members"), map[string]any{"server_name": name})
	if err != nil {
		return nil, err
	}
	return details.write("server_name", name)
}

func (c *Client) freeMemberName(ctx context.Context, argument, name string) error {
	if err := checkMemberName(argument, name); err != nil {
		return err
	}
	switch _, err := c.ClusterMember(ctx, name); {
	case err == nil:
		return &ExistsError{"the cluster has a member " + name + " already: choose another name"}
	case !IsNotFound(err):
		return err
	}
	return nil
}

// UpdateClusterCertificateInput is what all members show.
type UpdateClusterCertificateInput struct{ Certificate, Key string }

// UpdateClusterCertificate replaces the certificate that all members show. One
// that does not fit their addresses would end the cluster for good: they would
// not talk to each other any more, not even to take another one (seen on 5.0.2).
func (c *Client) UpdateClusterCertificate(ctx context.Context, as Scope, input *UpdateClusterCertificateInput, force bool) (*Operation, error) {
	if _, err := c.inCluster(ctx, as); err != nil {
		return nil, err
	}
	parsed, err := readCertificate("input.certificate", input.Certificate)
	if err != nil {
		return nil, err
	}
	if _, err := tls.X509KeyPair([]byte(input.Certificate), []byte(input.Key)); err != nil {
		return nil, &InputError{"input.key", "the key is PEM and that of the certificate; this one is not"}
	}
	members, err := c.ClusterMembers(ctx)
	if err != nil {
		return nil, err
	}
	if err := fitsMembers(parsed, members, time.Now()); err != nil {
		return nil, err
	}
	if c.config.Remote && !force && fingerprint(parsed) != c.config.Fingerprint {
		return nil, conflict("lxdql knows LXD by its certificate and may lose it: prepare LXD_SERVER_FINGERPRINT or LXD_TRUSTED_CA_PATH, and say force: true")
	}
	return change(ctx, c, "", http.MethodPut, path("cluster", "certificate"),
		map[string]any{"cluster_certificate": input.Certificate, "cluster_certificate_key": input.Key})
}

// fitsMembers is an error for a certificate by which members do not know each
// other: LXD compares its first DNS name with itself, or else the addresses.
func fitsMembers(certificate *x509.Certificate, members []*ClusterMember, now time.Time) error {
	if now.Before(certificate.NotBefore) || now.After(certificate.NotAfter) {
		return &InputError{"input.certificate", "the certificate does not count today"}
	}
	if len(certificate.DNSNames) > 0 {
		return nil
	}
	for _, member := range members {
		address, err := url.Parse(member.URL)
		if err != nil {
			return err
		}
		if err := certificate.VerifyHostname(address.Hostname()); err != nil {
			return &InputError{"input.certificate", "the certificate names neither a DNS name nor the address of " + member.Name + ", " + address.Hostname() + ": the members would not talk to each other any more"}
		}
	}
	return nil
}
