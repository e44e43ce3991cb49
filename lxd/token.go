package lxd

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
)

// Token lets its bearer in, once. LXD tells it once, in the answer to who asks
// for it: it is never part of an operation, an event or the log of lxdql.
type Token struct {
	// Text is what the other side is given.
	Text string
	// ExpiresAt is until when it works; zero for ever.
	ExpiresAt Time
}

// tokenDetails is what LXD tells of a token, within the operation that a token is.
type tokenDetails struct {
	Addresses   []string `json:"addresses"`
	Fingerprint string   `json:"fingerprint"`
	Secret      string   `json:"secret"`
	ExpiresAt   Time     `json:"expiresAt"`
}

// token asks LXD for a token. The answer is read here alone: as an operation it
// would lose the secret, as all do.
func (c *Client) token(ctx context.Context, address string, body any) (*tokenDetails, error) {
	answer, err := once[struct {
		Class    string       `json:"class"`
		Metadata tokenDetails `json:"metadata"`
	}](ctx, c, c.config.Timeout, http.MethodPost, address, body)
	if err != nil {
		return nil, err
	}
	if answer.Metadata.Class != "token" || answer.Metadata.Metadata.Secret == "" {
		return nil, errors.New("LXD answered the wish for a token with something else")
	}
	return &answer.Metadata.Metadata, nil
}

// write gives a token LXD's form: JSON in base64.
func (d *tokenDetails) write(nameKey, name string) (*Token, error) {
	text, err := json.Marshal(map[string]any{
		nameKey: name, "fingerprint": d.Fingerprint, "addresses": d.Addresses, "secret": d.Secret, "expires_at": d.ExpiresAt.Time,
	})
	if err != nil {
		return nil, err
	}
	return &Token{Text: base64.StdEncoding.EncodeToString(text), ExpiresAt: d.ExpiresAt}, nil
}
