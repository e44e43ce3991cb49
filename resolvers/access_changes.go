package resolvers

import (
	"context"
	"errors"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) createIdentity(ctx context.Context, input *lxd.CreateIdentityInput, idempotencyKey *string) (*work.IdentityPayload, error) {
	if err := shownOnce(input.Token, idempotencyKey); err != nil {
		return nil, err
	}
	var token *lxd.Token
	_, err := r.once(ctx, idempotencyKey, "createIdentity", input, func(ctx context.Context) (_ *lxd.Operation, err error) {
		token, err = r.LXD.CreateIdentity(ctx, scope(ctx), input)
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	identity, err := r.LXD.OneIdentity(ctx, scope(ctx), input.Method, input.Name)
	if err != nil && token == nil { // a token is shown whatever else fails: there is no other time
		return nil, err
	}
	payload := &work.IdentityPayload{Identity: identity}
	if token != nil {
		payload.Token, payload.TokenExpiresAt = &token.Text, token.ExpiresAt
	}
	return payload, nil
}

// identityChange makes a change of an identity.
func (r *Resolver) identityChange(ctx context.Context, method lxd.IdentityMethod, name string, wait *int, change changing) (*work.IdentityPayload, error) {
	identity, operation, err := serverChange(ctx, r, theAccess, wait, change, func(ctx context.Context) (*lxd.Identity, error) {
		return r.LXD.OneIdentity(ctx, scope(ctx), method, name)
	})
	return &work.IdentityPayload{Identity: identity, Operation: operation}, err
}

func (r *Resolver) createIdentityToken(ctx context.Context, name, expiry string) (*work.IdentityPayload, error) {
	identity, token, err := r.LXD.CreateIdentityToken(ctx, scope(ctx), name, expiry)
	if err != nil {
		return nil, err
	}
	return &work.IdentityPayload{Identity: identity, Token: &token.Text}, nil
}

func (r *Resolver) revokeIdentityToken(ctx context.Context, name string, wait *int) (*work.IdentityPayload, error) {
	return r.identityChange(ctx, lxd.MethodBearer, name, wait, func(ctx context.Context) (*lxd.Operation, error) {
		_, operation, err := r.LXD.RevokeIdentityToken(ctx, scope(ctx), name)
		return operation, err
	})
}

// authGroupChange makes a change after which a group of identities has a name.
func (r *Resolver) authGroupChange(ctx context.Context, name string, wait *int, change changing) (*work.AuthGroupPayload, error) {
	group, operation, err := serverChange(ctx, r, theAccess, wait, change, func(ctx context.Context) (*lxd.AuthGroup, error) {
		return r.LXD.OneAuthGroup(ctx, scope(ctx), name)
	})
	return &work.AuthGroupPayload{Group: group, Operation: operation}, err
}

// providerGroupChange makes a change after which a mapping has a name.
func (r *Resolver) providerGroupChange(ctx context.Context, name string, wait *int, change changing) (*work.IdentityProviderGroupPayload, error) {
	group, operation, err := serverChange(ctx, r, theAccess, wait, change, func(ctx context.Context) (*lxd.IdentityProviderGroup, error) {
		return r.LXD.OneIdentityProviderGroup(ctx, scope(ctx), name)
	})
	return &work.IdentityProviderGroupPayload{Group: group, Operation: operation}, err
}

// accessible is present for what is hidden from all but administrators.
func accessible[T any, P interface {
	*T
	lxd.Node
}](object P, err error) (lxd.Node, error) {
	if errors.As(err, new(*lxd.ForbiddenError)) {
		return nil, nil
	}
	return present(object, err)
}
