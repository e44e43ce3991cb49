package resolvers

import (
	"cmp"
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// images lists images; LXD's own filter is one project's.
func (r *Resolver) images(ctx context.Context, project *string, all *bool, filter string) ([]*lxd.Image, error) {
	if filter == "" {
		return listed(ctx, project, all, lxd.FeatureImages, load(ctx).from.Images, load(ctx).from.AllImages)
	}
	if value(all) {
		return nil, &lxd.InputError{Argument: "filter", Message: "LXD filters the images of one project only: leave allProjects out, or use `where`"}
	}
	owner, err := owner(ctx, project, lxd.FeatureImages)
	if err != nil {
		return nil, err
	}
	return r.LXD.FilteredImages(ctx, scope(ctx), owner, filter)
}

// imageBy reads the image of a fingerprint, of an id, or of an alias.
func (r *Resolver) imageBy(ctx context.Context, project *string, fingerprint, alias string) (*lxd.Image, error) {
	if (fingerprint == "") == (alias == "") {
		return nil, &lxd.InputError{Argument: "fingerprint", Message: "say which image: give fingerprint or alias, not both"}
	}
	if id, err := lxd.ParseID(fingerprint); err == nil && id.Kind == "Image" {
		if mine, err := effectively(ctx, id); err != nil || !mine {
			return nil, cmp.Or(err, lxd.NotFound("Image"))
		}
		return load(ctx).from.Image(ctx, scope(ctx), id.Project, id.Name)
	}
	owner, err := owner(ctx, project, lxd.FeatureImages)
	if err != nil {
		return nil, err
	}
	if alias != "" {
		return load(ctx).from.ImageByAlias(ctx, scope(ctx), owner, alias)
	}
	return load(ctx).from.Image(ctx, scope(ctx), owner, fingerprint)
}

// instancesMadeOf are the instances of an image, of all projects that the
// caller may see.
func instancesMadeOf(ctx context.Context, image *lxd.Image) ([]lxd.Node, error) {
	all, err := load(ctx).allInstances(ctx)
	users := []lxd.Node{}
	for _, instance := range all {
		if instance.ImageFingerprint() == image.Fingerprint {
			users = append(users, instance)
		}
	}
	return users, err
}
