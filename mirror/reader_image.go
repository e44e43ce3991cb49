package mirror

import (
	"context"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// Images are the client's.
func (r *Reader) Images(ctx context.Context, as lxd.Scope, project string) ([]*lxd.Image, error) {
	if !r.Lists(project) {
		return r.ask(whole(Images, orDefault(project))).Images(ctx, as, project)
	}
	return listing[lxd.Image](r, as, Images, project)
}

// AllImages are the client's.
func (r *Reader) AllImages(ctx context.Context, as lxd.Scope) ([]*lxd.Image, error) {
	if r.View() == nil {
		return r.ask(whole(Images, "")).AllImages(ctx, as)
	}
	return everywhere[lxd.Image](r, as, Images), nil
}

// Image is the client's: the fingerprint may be the beginning of one.
func (r *Reader) Image(ctx context.Context, as lxd.Scope, project, fingerprint string) (*lxd.Image, error) {
	if r.View() == nil {
		return r.ask(Key{Images, project, fingerprint}).Image(ctx, as, project, fingerprint)
	}
	var found []*Entry
	for _, entry := range within(r.entries(Images), project) {
		if fingerprint != "" && strings.HasPrefix(entry.Name, strings.ToLower(fingerprint)) {
			found = append(found, entry)
		}
	}
	if len(found) != 1 {
		return r.ask(Key{Images, project, fingerprint}).Image(ctx, as, project, fingerprint) // which says what is wrong
	}
	return object[lxd.Image](r, as, found[0].Key, "Image")
}

// ImageByAlias is the client's.
func (r *Reader) ImageByAlias(ctx context.Context, as lxd.Scope, project, name string) (*lxd.Image, error) {
	if r.View() == nil {
		return r.ask(Key{ImageAliases, project, name}).ImageByAlias(ctx, as, project, name)
	}
	alias, err := r.ImageAlias(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	return r.Image(ctx, as, project, alias.Target)
}

// ImageAliases are the client's.
func (r *Reader) ImageAliases(ctx context.Context, as lxd.Scope, project string) ([]*lxd.ImageAlias, error) {
	if !r.Lists(project) {
		return r.ask(whole(ImageAliases, orDefault(project))).ImageAliases(ctx, as, project)
	}
	return listing[lxd.ImageAlias](r, as, ImageAliases, project)
}

// AllImageAliases are the client's.
func (r *Reader) AllImageAliases(ctx context.Context, as lxd.Scope) ([]*lxd.ImageAlias, error) {
	if r.View() == nil {
		return r.ask(whole(ImageAliases, "")).AllImageAliases(ctx, as)
	}
	return everywhere[lxd.ImageAlias](r, as, ImageAliases), nil
}

// ImageAlias is the client's.
func (r *Reader) ImageAlias(ctx context.Context, as lxd.Scope, project, name string) (*lxd.ImageAlias, error) {
	key := Key{ImageAliases, project, name}
	if !r.holds(key) {
		return r.ask(key).ImageAlias(ctx, as, project, name)
	}
	return object[lxd.ImageAlias](r, as, key, "Image alias")
}
