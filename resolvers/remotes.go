package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/simplestreams"
)

// remoteImages are what an image server offers. An address that a caller names
// is asked from the host's network: only an administrator may name one.
func (r *Resolver) remoteImages(ctx context.Context, remote string) ([]*simplestreams.RemoteImage, error) {
	address, named, err := simplestreams.Address(remote)
	if err != nil {
		return nil, err
	}
	if named && !auth.From(ctx).IsAdmin() {
		return nil, &lxd.ForbiddenError{Argument: "remote", Reason: "only an ADMIN may name the address of an image server: use ubuntu:, ubuntu-daily: or images:"}
	}
	return r.Remotes.Images(ctx, address)
}
