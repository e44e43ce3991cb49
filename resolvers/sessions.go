package resolvers

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

func (r *Resolver) sessionID(id string) string {
	return lxd.ID{Server: r.LXD.Name(), Kind: "Session", Name: id}.String()
}

// login logs in, with a cookie if one is wished.
func (r *Resolver) login(ctx context.Context, username, password string, cookie bool) (*auth.AuthPayload, error) {
	payload, err := r.Auth.Login(ctx, username, password)
	if err != nil || !cookie {
		return payload, err
	}
	return payload, r.SetCookie(ctx, payload.AccessToken, payload.ExpiresAt)
}

// logout ends the caller's session, or all of them.
func (r *Resolver) logout(ctx context.Context, everywhere bool) (*auth.LogoutPayload, error) {
	session, err := r.Auth.Logout(ctx, everywhere)
	if err != nil {
		return nil, err
	}
	if err := r.SetCookie(ctx, "", time.Time{}); err != nil {
		return nil, err
	}
	id := r.sessionID(session.ID)
	return &auth.LogoutPayload{DeletedID: &id}, nil
}

// revokeSession takes a session's id, or its name without what makes it unique.
func (r *Resolver) revokeSession(ctx context.Context, id string) (*auth.RevokeSessionPayload, error) {
	name := nameOf(id, "Session")
	if err := r.Auth.RevokeSession(ctx, name); err != nil {
		return nil, err
	}
	deleted := r.sessionID(name)
	return &auth.RevokeSessionPayload{DeletedID: &deleted}, nil
}

func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
