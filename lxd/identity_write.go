package lxd

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
)

// The extensions that bring LXD's own access rules, after [fineGrained].
const (
	fineGrainedTLS = "access_management_tls"
	bearerTokens   = "auth_bearer"
)

// IdentityMethod is how an identity proves who it is.
type IdentityMethod string

// The ways that lxdql changes; OIDC's identities make themselves at their first log-in.
const (
	MethodTLS    IdentityMethod = "TLS"
	MethodOIDC   IdentityMethod = "OIDC"
	MethodBearer IdentityMethod = "BEARER"
)

// identityMethods are LXD's words, and the extension that brings each.
var identityMethods = map[IdentityMethod][2]string{MethodTLS: {"tls", fineGrainedTLS}, MethodOIDC: {"oidc", fineGrained}, MethodBearer: {"bearer", bearerTokens}}

// CreateIdentityInput is somebody whom LXD shall know by its access rules.
type CreateIdentityInput struct {
	Method IdentityMethod
	Name   string
	Groups []string
	// Certificate is PEM; nil for BEARER, and for TLS with Token.
	Certificate *string
	// Token asks for a token, which whoever has it trades for the identity.
	Token *bool
}

// UpdateIdentityInput is a change of an identity: what is nil stays.
type UpdateIdentityInput struct {
	Groups      []string
	Certificate *string
}

// CreateIdentity makes an identity, and the token of a TLS one that waits for
// its certificate.
func (c *Client) CreateIdentity(ctx context.Context, as Scope, input *CreateIdentityInput) (*Token, error) {
	method, ok := identityMethods[input.Method]
	if !ok || input.Method == MethodOIDC {
		return nil, &InputError{"input.method", "lxdql makes identities of TLS and BEARER; those of OIDC make themselves at their first log-in"}
	}
	if err := c.administerWith(ctx, as, method[1]); err != nil {
		return nil, err
	}
	body, err := input.body()
	if err != nil {
		return nil, err
	}
	exists := "there is an identity " + input.Name + " already: choose another name"
	identities, err := c.Identities(ctx, as)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(identities, func(i *Identity) bool { return i.AuthenticationMethod == method[0] && i.Name == input.Name }) {
		return nil, &ExistsError{exists}
	}
	answer, err := once[json.RawMessage](ctx, c, c.config.Timeout, http.MethodPost, path("auth", "identities", method[0]), body)
	if err != nil || !value(input.Token) {
		return nil, nameTaken(err, exists)
	}
	return writtenToken(answer.Metadata)
}

func (i *CreateIdentityInput) body() (map[string]any, error) {
	if err := certificateName("input.name", i.Name); err != nil {
		return nil, err
	}
	body := map[string]any{"name": i.Name, "groups": append([]string{}, i.Groups...)}
	if i.Method == MethodBearer {
		if i.Certificate != nil || i.Token != nil {
			return nil, &InputError{"input.method", "an identity of BEARER has neither certificate nor token: createIdentityToken gives it one"}
		}
		body["type"] = "Client token bearer"
		return body, nil
	}
	// Without a certificate LXD would take that of the connection: lxdql's own.
	if value(i.Token) == (i.Certificate != nil) {
		return nil, &InputError{"input.certificate", "give either a certificate or token: true"}
	}
	if value(i.Token) {
		body["token"] = true
		return body, nil
	}
	if _, err := readCertificate("input.certificate", *i.Certificate); err != nil {
		return nil, err
	}
	body["certificate"] = *i.Certificate
	return body, nil
}

// writtenToken gives what LXD tells of a pending identity its form: the same
// JSON in base64.
func writtenToken(details json.RawMessage) (*Token, error) {
	var told struct {
		Secret    string `json:"secret"`
		ExpiresAt Time   `json:"expires_at"`
	}
	var text bytes.Buffer
	if json.Unmarshal(details, &told) != nil || told.Secret == "" || json.Compact(&text, details) != nil {
		return nil, errors.New("LXD answered the wish for a token with something else")
	}
	return &Token{Text: base64.StdEncoding.EncodeToString(text.Bytes()), ExpiresAt: told.ExpiresAt}, nil
}

// OneIdentity reads the identity with a name, or with LXD's own name for it,
// among those of one way to prove who they are.
func (c *Client) OneIdentity(ctx context.Context, as Scope, method IdentityMethod, name string) (*Identity, error) {
	word, ok := identityMethods[method]
	if !ok {
		return nil, hidden("Identity")
	}
	identities, err := c.Identities(ctx, as)
	if err != nil {
		return nil, err
	}
	var named []*Identity
	for _, identity := range identities {
		switch {
		case identity.AuthenticationMethod != word[0]:
		case identity.Identifier == name:
			return identity, nil
		case identity.Name == name:
			named = append(named, identity)
		}
	}
	if len(named) > 1 {
		return nil, conflict("there are %d identities with the name %s: say which by its identifier", len(named), name)
	}
	if len(named) == 0 {
		return nil, hidden("Identity")
	}
	return named[0], nil
}

// UpdateIdentity changes an identity. That of lxdql itself takes force.
func (c *Client) UpdateIdentity(ctx context.Context, as Scope, method IdentityMethod, name string, input *UpdateIdentityInput, ifMatch *string, force bool) (*Operation, error) {
	identity, err := c.changeableIdentity(ctx, as, method, name, force)
	if err != nil {
		return nil, err
	}
	if input.Certificate != nil {
		if method != MethodTLS {
			return nil, &InputError{"input.certificate", "only an identity of TLS has a certificate"}
		}
		if _, err := readCertificate("input.certificate", *input.Certificate); err != nil {
			return nil, err
		}
	}
	return c.edit(ctx, as, nil, "", identity.address(), ifMatch, func(current object) error {
		if err := setList(current, "groups", input.Groups); err != nil {
			return err
		}
		return setGiven(current, "tls_certificate", input.Certificate)
	})
}

// DeleteIdentity makes LXD forget an identity. That of lxdql itself takes force.
func (c *Client) DeleteIdentity(ctx context.Context, as Scope, method IdentityMethod, name string, force bool) (*Identity, *Operation, error) {
	identity, err := c.changeableIdentity(ctx, as, method, name, force)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, "", http.MethodDelete, identity.address(), nil)
	return identity, operation, err
}

func (c *Client) changeableIdentity(ctx context.Context, as Scope, method IdentityMethod, name string, force bool) (*Identity, error) {
	if err := c.administerWith(ctx, as, identityMethods[method][1]); err != nil {
		return nil, err
	}
	identity, err := c.OneIdentity(ctx, as, method, name)
	if err == nil && !force && identity.Identifier == c.ownFingerprint() {
		err = conflict("this is the identity that lxdql itself uses, and without it lxdql loses LXD: say force: true if that is what you want")
	}
	return identity, err
}
