package resolvers

import (
	"context"
	"strings"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// What belongs to the server is changed alone, by kind: its objects know of
// each other, as members and their groups do.
const (
	theTrust      = "trust"
	theWarnings   = "warnings"
	theServer     = "server"
	theCluster    = "cluster"
	theAccess     = "access"
	thePlacements = "placement groups"
)

type (
	changing            = func(context.Context) (*lxd.Operation, error)
	reading[T any]      = func(context.Context) (*T, error)
	deleting[N deleted] = func(context.Context) (N, *lxd.Operation, error)
)

// deleted is an object that has an id.
type deleted interface{ ID() string }

// serverChange changes something of the server's, waits as it was told to, and
// reads it after that; nil for what is not there (yet).
func serverChange[T any](ctx context.Context, r *Resolver, kind string, wait *int, change changing, read reading[T]) (*T, *lxd.Operation, error) {
	if _, err := waiting(wait); err != nil {
		return nil, nil, err
	}
	operation, err := r.Work.Alone(ctx, kind, change)
	return serverChanged(ctx, r, operation, wait, err, read)
}

// serverChanged waits for a change and reads what it was made to.
func serverChanged[T any](ctx context.Context, r *Resolver, operation *lxd.Operation, wait *int, err error, read reading[T]) (*T, *lxd.Operation, error) {
	if err != nil {
		return nil, nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, nil, err
	}
	object, err := read(ctx)
	if lxd.IsNotFound(err) {
		return nil, operation, nil
	}
	return object, operation, err
}

// serverDelete deletes something of the server's.
func serverDelete[N deleted](ctx context.Context, r *Resolver, kind string, wait *int, remove deleting[N]) (*work.DeletePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	var gone N
	operation, err := r.Work.Alone(ctx, kind, func(ctx context.Context) (operation *lxd.Operation, err error) {
		gone, operation, err = remove(ctx)
		return operation, err
	})
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	id := gone.ID()
	return &work.DeletePayload{DeletedID: &id, Operation: operation}, nil
}

// keyed is a change that the same key makes once.
func (r *Resolver) keyed(key *string, mutation string, input any, change changing) changing {
	return func(ctx context.Context) (*lxd.Operation, error) { return r.once(ctx, key, mutation, input, change) }
}

// shownOnce refuses to keep an answer that holds a token.
func shownOnce(token *bool, idempotencyKey *string) error {
	if value(token) && idempotencyKey != nil {
		return &lxd.InputError{Argument: "idempotencyKey", Message: "a token is shown once, so that it cannot be the answer a second time: leave the key out"}
	}
	return nil
}

func (r *Resolver) createCertificate(ctx context.Context, input *lxd.CreateCertificateInput, wait *int, idempotencyKey *string) (*work.CertificatePayload, error) {
	if err := shownOnce(input.Token, idempotencyKey); err != nil {
		return nil, err
	}
	if value(input.Token) {
		token, err := r.LXD.CreateCertificateToken(ctx, scope(ctx), input)
		if err != nil {
			return nil, err
		}
		return &work.CertificatePayload{Token: &token.Text, TokenExpiresAt: token.ExpiresAt}, nil
	}
	create := r.keyed(idempotencyKey, "createCertificate", input, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.CreateCertificate(ctx, scope(ctx), input)
	})
	certificate, operation, err := serverChange(ctx, r, theTrust, wait, create, func(ctx context.Context) (*lxd.Certificate, error) {
		return r.LXD.OneCertificate(ctx, scope(ctx), input.Fingerprint())
	})
	return &work.CertificatePayload{Certificate: certificate, Operation: operation}, err
}

// updateCertificate changes a certificate, which may have another fingerprint then.
func (r *Resolver) updateCertificate(ctx context.Context, fingerprint string, input *lxd.UpdateCertificateInput, ifMatch *string, force bool, wait *int) (*work.CertificatePayload, error) {
	var after string
	certificate, operation, err := serverChange(ctx, r, theTrust, wait,
		func(ctx context.Context) (operation *lxd.Operation, err error) {
			after, operation, err = r.LXD.UpdateCertificate(ctx, scope(ctx), fingerprint, input, ifMatch, force)
			return operation, err
		},
		func(ctx context.Context) (*lxd.Certificate, error) {
			return r.LXD.OneCertificate(ctx, scope(ctx), after)
		})
	return &work.CertificatePayload{Certificate: certificate, Operation: operation}, err
}

func (r *Resolver) updateWarning(ctx context.Context, uuid string, status lxd.WarningStatus, wait *int) (*work.WarningPayload, error) {
	warning, operation, err := serverChange(ctx, r, theWarnings, wait,
		func(ctx context.Context) (*lxd.Operation, error) {
			return r.LXD.UpdateWarning(ctx, scope(ctx), uuid, status)
		},
		func(ctx context.Context) (*lxd.Warning, error) { return r.LXD.Warning(ctx, scope(ctx), uuid) })
	return &work.WarningPayload{Warning: warning, Operation: operation}, err
}

func (r *Resolver) updateServerConfig(ctx context.Context, member string, input *lxd.UpdateServerConfigInput, ifMatch *string, force bool, wait *int) (*work.ServerPayload, error) {
	server, operation, err := serverChange(ctx, r, theServer, wait,
		func(ctx context.Context) (*lxd.Operation, error) {
			return r.LXD.UpdateServerConfig(ctx, scope(ctx), member, input, ifMatch, force)
		},
		func(ctx context.Context) (*lxd.Server, error) { return r.LXD.Server(ctx, scope(ctx)) })
	return &work.ServerPayload{Server: server, Operation: operation}, err
}

// placementChange makes a change after which a placement group has a name.
func (r *Resolver) placementChange(ctx context.Context, project *string, name string, wait *int, change changing) (*work.PlacementGroupPayload, error) {
	group, operation, err := serverChange(ctx, r, thePlacements, wait, change, func(ctx context.Context) (*lxd.PlacementGroup, error) {
		return r.LXD.PlacementGroup(ctx, scope(ctx), value(project), name)
	})
	return &work.PlacementGroupPayload{PlacementGroup: group, Operation: operation}, err
}

// identityName takes LXD's own name for an identity, its name, or an id of ours.
func identityName(text string) string {
	name := nameOf(text, "Identity")
	if _, identifier, ok := strings.Cut(name, "/"); ok && name != text {
		return identifier
	}
	return name
}

// serverETag is for who sees what it is made of.
func (r *Resolver) serverETag(ctx context.Context, server *lxd.Server) (*string, error) {
	if !scope(ctx).Allows("", true) {
		return nil, nil
	}
	return load(ctx).etag.Load(ctx, server)()
}
