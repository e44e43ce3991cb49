package resolvers

import (
	"context"
	"strings"

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

// remoteID is the id of an image server's image. The server's name in it is
// LXD's, as in all ids of ours.
func (r *Resolver) remoteID(image *simplestreams.RemoteImage) string {
	return lxd.ID{Server: r.LXD.Name(), Kind: "RemoteImage", Name: image.ServerURL + "#" + image.Fingerprint}.String()
}

// findRemoteImage asks no address that the caller may not name: an id is a text
// that anybody can write.
func (r *Resolver) findRemoteImage(ctx context.Context, name string) (lxd.Node, error) {
	address, fingerprint, _ := strings.Cut(name, "#")
	if !simplestreams.Known(address) && !auth.From(ctx).IsAdmin() {
		return nil, nil
	}
	if _, _, err := simplestreams.Address(address); err != nil {
		return nil, nil
	}
	images, err := r.Remotes.Images(ctx, address)
	return named(images, err, fingerprint, func(i *simplestreams.RemoteImage) string { return i.Fingerprint })
}
