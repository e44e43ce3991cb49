package lxd

import (
	"context"
	"net/http"
	"regexp"
)

// span is LXD's form of a length of time: "30d", "1w 12H".
var span = regexp.MustCompile(`^[1-9][0-9]*[MHdwmy]( [1-9][0-9]*[MHdwmy])*$`)

// CreateIdentityToken gives an identity of BEARER a new token; the one that it
// had ends. Expiry is LXD's form of a length of time, "" is LXD's default.
func (c *Client) CreateIdentityToken(ctx context.Context, as Scope, name, expiry string) (*Identity, *Token, error) {
	identity, err := c.changeableIdentity(ctx, as, MethodBearer, name, true)
	if err != nil {
		return nil, nil, err
	}
	if expiry != "" && !span.MatchString(expiry) {
		return nil, nil, &InputError{"expiry", "a length of time is a number and one of M, H, d, w, m, y, or several of these: 30d"}
	}
	answer, err := once[struct {
		Token string `json:"token"`
	}](ctx, c, c.config.Timeout, http.MethodPost, identity.address()+"/token", map[string]any{"expiry": expiry})
	if err != nil {
		return nil, nil, err
	}
	return identity, &Token{Text: answer.Metadata.Token}, nil
}

// RevokeIdentityToken ends the token of an identity of BEARER.
func (c *Client) RevokeIdentityToken(ctx context.Context, as Scope, name string) (*Identity, *Operation, error) {
	identity, err := c.changeableIdentity(ctx, as, MethodBearer, name, true)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, "", http.MethodDelete, identity.address()+"/token", nil)
	return identity, operation, err
}

func (i *Identity) address() string {
	return path("auth", "identities", i.AuthenticationMethod, i.Identifier)
}

// IsNode marks that an identity has an id.
func (*Identity) IsNode() {}

// ID is the identity's id.
func (i *Identity) ID() string {
	return ID{Server: i.server, Kind: "Identity", Name: i.AuthenticationMethod + "/" + i.Identifier}.String()
}
