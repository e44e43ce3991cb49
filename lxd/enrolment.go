package lxd

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)

// TrustToken is what `lxc config trust add` prints. Whoever has it is trusted,
// once: it is kept nowhere.
type TrustToken struct {
	// Fingerprint is the SHA-256 of LXD's certificate, hexadecimal.
	Fingerprint string `json:"fingerprint"`
	// Addresses are those that LXD listens on, each "host:port".
	Addresses []string  `json:"addresses"`
	Secret    string    `json:"secret"`
	ExpiresAt time.Time `json:"expires_at"`
	// Type is set where the token is of LXD's newer identities.
	Type string `json:"type"`

	text string
}

// ReadToken reads a token. One that has ended is a *TokenError.
func ReadToken(text string) (*TrustToken, error) {
	token := &TrustToken{text: strings.Join(strings.Fields(text), "")} // terminals break long lines
	data, err := base64.StdEncoding.DecodeString(token.text)
	if err != nil || json.Unmarshal(data, token) != nil || token.Secret == "" || plainFingerprint(token.Fingerprint) == "" {
		return nil, &InputError{Argument: "token", Message: "that is no trust token: it is the long text that `lxc config trust add --name lxdql` prints on LXD's host"}
	}
	token.Fingerprint = plainFingerprint(token.Fingerprint)
	if token.ExpiresAt.Year() > 1 && time.Now().After(token.ExpiresAt) {
		return nil, &TokenError{"the trust token has expired at " + token.ExpiresAt.UTC().Format(time.RFC3339) + ": make another with `lxc config trust add --name lxdql`"}
	}
	return token, nil
}

// ReadFingerprint is a fingerprint as people write it, in lxdql's form.
func ReadFingerprint(text string) (string, error) {
	if plain := plainFingerprint(text); plain != "" {
		return plain, nil
	}
	return "", &InputError{Argument: "fingerprint", Message: "that is no SHA-256: 64 hexadecimal digits, with or without colons"}
}

// Enrol gives LXD a token, so that it trusts our certificate from now on. One
// that trusts us already is left alone. A token that LXD does not take is a
// *TokenError.
func (c *Client) Enrol(ctx context.Context, token *TrustToken) error {
	server, err := c.Server(ctx, System)
	if err != nil || server.Auth == "trusted" {
		return err
	}
	// LXD takes what the connection shows for the certificate; the rest is in the token.
	address, body := "/1.0/certificates", map[string]string{"password": token.text}
	switch {
	case token.Type != "":
		address, body = "/1.0/auth/identities/tls", map[string]string{"trust_token": token.text}
	case server.Has("explicit_trust_token"):
		body = map[string]string{"trust_token": token.text}
	}
	_, err = once[json.RawMessage](ctx, c, c.config.Timeout, http.MethodPost, address, body)
	if err := tokenRefusal(err); err != nil {
		return err
	}
	if server, err = c.Server(ctx, System); err == nil && server.Auth != "trusted" {
		err = c.Trouble()
	}
	return err
}

// tokenRefusal is what LXD's refusal of a token means; nil for "already trusted".
func tokenRefusal(err error) error {
	var refused *Error
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusForbidden, errors.As(err, new(*NotTrustedError)):
		return &TokenError{"LXD does not take the trust token: it works once, ends when LXD restarts, and is of one LXD. Make another with `lxc config trust add --name lxdql`"}
	case errors.As(err, &refused) && (refused.Status == http.StatusConflict || refused.Message == "Client is already trusted"):
		return nil
	}
	return err
}
