package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// imageTo reads the image that a mutation is about: of a fingerprint or an id.
func (r *Resolver) imageTo(ctx context.Context, project *string, fingerprint string, wait *int) (*lxd.Image, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	return r.imageBy(ctx, project, fingerprint, "")
}

func (r *Resolver) updateImage(ctx context.Context, project *string, fingerprint string, ifMatch *string, input *lxd.UpdateImageInput, wait *int) (*work.ImagePayload, error) {
	image, err := r.imageTo(ctx, project, fingerprint, wait)
	if err != nil {
		return nil, err
	}
	operation, err := r.Work.Alone(ctx, "image "+image.Project+" "+image.Fingerprint, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.UpdateImage(ctx, administrator(ctx), image.Project, image.Fingerprint, ifMatch, input)
	})
	return r.imageChanged(ctx, image, operation, nil, err)
}

func (r *Resolver) refreshImage(ctx context.Context, project *string, fingerprint string, wait *int) (*work.ImagePayload, error) {
	image, err := r.imageTo(ctx, project, fingerprint, wait)
	if err != nil {
		return nil, err
	}
	operation, err := r.LXD.RefreshImage(ctx, administrator(ctx), image.Project, image.Fingerprint)
	return r.imageChanged(ctx, image, operation, wait, err)
}

func (r *Resolver) pushImage(ctx context.Context, project *string, fingerprint string, input *lxd.PushImageInput, wait *int, key *string) (*work.ImagePayload, error) {
	image, err := r.imageTo(ctx, project, fingerprint, wait)
	if err != nil {
		return nil, err
	}
	operation, err := r.once(ctx, key, "pushImage", []any{project, fingerprint, input}, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.PushImage(ctx, administrator(ctx), image.Project, image.Fingerprint, input)
	})
	return r.imageChanged(ctx, image, operation, wait, err)
}

// imageChanged waits as the mutation was told to, and reads the image after it;
// where another has taken its place, that one.
func (r *Resolver) imageChanged(ctx context.Context, image *lxd.Image, operation *lxd.Operation, wait *int, err error) (*work.ImagePayload, error) {
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	after, err := unlessGone(r.LXD.Image(ctx, scope(ctx), image.Project, image.Fingerprint))
	if err == nil && after == nil && len(image.Aliases) > 0 {
		after, err = unlessGone(r.LXD.ImageByAlias(ctx, scope(ctx), image.Project, image.Aliases[0].Name))
	}
	return &work.ImagePayload{Image: after, Operation: operation}, err
}

func (r *Resolver) deleteImage(ctx context.Context, project *string, fingerprint string, wait *int) (*work.DeletePayload, error) {
	image, err := r.imageTo(ctx, project, fingerprint, wait)
	if err != nil {
		return nil, err
	}
	operation, err := r.LXD.DeleteImage(ctx, administrator(ctx), image.Project, image.Fingerprint)
	return r.deleted(ctx, image.ID(), operation, wait, err)
}
