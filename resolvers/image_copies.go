package resolvers

import (
	"context"
	"strings"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/simplestreams"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) copyImage(ctx context.Context, input *lxd.CopyImageInput, wait *int, key *string) (*work.ImagePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	withoutShortcut(input.Source)
	operation, err := r.once(ctx, key, "copyImage", input, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.CopyImage(ctx, administrator(ctx), input)
	})
	return r.imageMade(ctx, input.Project, operation, wait, err)
}

// withoutShortcut puts the address of an image server in the place of its
// shortcut: as server, "ubuntu:" or "ubuntu", or at the beginning of an alias.
func withoutShortcut(source *lxd.ImageSource) {
	shortcut, alias := value(source.Server), source.Alias
	if source.Server == nil && alias != nil {
		before, after, found := strings.Cut(*alias, ":")
		if !found {
			return
		}
		shortcut, alias = before, &after
	}
	address, known := simplestreams.Shortcuts[strings.TrimSuffix(shortcut, ":")]
	if known {
		source.Server, source.Alias, source.Known = &address, alias, true
	}
}

func (r *Resolver) publishImage(ctx context.Context, input *lxd.PublishImageInput, wait *int, key *string) (*work.ImagePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := r.once(ctx, key, "publishImage", input, func(ctx context.Context) (*lxd.Operation, error) {
		return r.LXD.PublishImage(ctx, administrator(ctx), input)
	})
	return r.imageMade(ctx, input.Project, operation, wait, err)
}

// imageMade waits as the mutation was told to, and reads the image whose
// fingerprint LXD then says.
func (r *Resolver) imageMade(ctx context.Context, project *string, operation *lxd.Operation, wait *int, err error) (*work.ImagePayload, error) {
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	payload := &work.ImagePayload{Operation: operation}
	if operation == nil || operation.Status() != lxd.OperationSuccess {
		return payload, nil
	}
	fingerprint, ok := operation.Details["fingerprint"].(string)
	if !ok {
		return payload, nil
	}
	owner, err := owner(ctx, project, lxd.FeatureImages)
	if err != nil {
		return nil, err
	}
	payload.Image, err = unlessGone(r.LXD.Image(ctx, scope(ctx), owner, fingerprint))
	return payload, err
}
