package lxd

import (
	"context"
	"net/http"
	"strings"
)

// CopyImageInput is an image that is copied from elsewhere.
type CopyImageInput struct {
	Project    *string
	Source     *ImageSource
	Aliases    []*ImageAliasNameInput
	Public     *bool
	AutoUpdate *bool
	Properties StringMap
	Profiles   []string
}

// CopyImage begins to copy an image from an image server, or from another
// project. An address that the caller names, and profiles that reach the host,
// are an administrator's of the server.
func (c *Client) CopyImage(ctx context.Context, as Scope, input *CopyImageInput) (*Operation, error) {
	owner, err := c.administered(ctx, as, value(input.Project), FeatureImages)
	if err != nil {
		return nil, err
	}
	if err := input.Source.check(); err != nil {
		return nil, err
	}
	if err := input.Source.mayReach(as); err != nil {
		return nil, err
	}
	if err := c.freeAliases(ctx, as, owner, input.Aliases); err != nil {
		return nil, err
	}
	if err := c.mayHaveProfiles(ctx, as, owner, input.Profiles); err != nil {
		return nil, err
	}
	body := map[string]any{"aliases": aliasBodies(input.Aliases), "public": value(input.Public), "auto_update": value(input.AutoUpdate), "properties": orEmpty(input.Properties)}
	if input.Profiles != nil {
		body["profiles"] = input.Profiles
	}
	if input.Source.URL == nil && input.Source.Server == nil {
		return c.copyFromHere(ctx, as, owner, input.Source, body)
	}
	if fingerprint := value(input.Source.Fingerprint); len(fingerprint) == 64 {
		if err := c.freshImage(ctx, as, owner, fingerprint); err != nil {
			return nil, err
		}
	}
	body["source"] = input.Source.body()
	return change(ctx, c, owner, http.MethodPost, in(owner, path("images")), body)
}

// mayHaveProfiles looks at the profiles that instances of an image get.
func (c *Client) mayHaveProfiles(ctx context.Context, as Scope, project string, profiles []string) error {
	if profiles == nil {
		return nil
	}
	if err := c.need(ctx, "image_copy_profile"); err != nil {
		return err
	}
	if as.Allows("", true) {
		return nil
	}
	return c.mayUseProfiles(ctx, project, profiles)
}

// freshImage refuses an image that is there already. One that LXD has only
// cached becomes a real one by being copied.
func (c *Client) freshImage(ctx context.Context, as Scope, project, fingerprint string) error {
	image, err := c.Image(ctx, as, project, fingerprint)
	switch {
	case err == nil && !image.Cached:
		return &ExistsError{"the image " + image.Fingerprint[:12] + " exists already in the project " + project}
	case IsNotFound(err):
		return nil
	}
	return err
}

// copyFromHere copies an image of another project of this LXD, which it then
// asks itself for, by a secret that nobody else sees.
func (c *Client) copyFromHere(ctx context.Context, as Scope, owner string, source *ImageSource, body map[string]any) (*Operation, error) {
	from, err := c.administered(ctx, as, value(source.Project), FeatureImages)
	if err != nil {
		return nil, err
	}
	if from == owner {
		return nil, conflict("the images of the source belong to the project %s: there is nothing to copy", owner)
	}
	image, err := c.sourceImage(ctx, as, from, source)
	if err != nil {
		return nil, err
	}
	if err := c.freshImage(ctx, as, owner, image.Fingerprint); err != nil {
		return nil, err
	}
	server, err := c.Server(ctx, System)
	if err != nil {
		return nil, err
	}
	if server.Environment == nil || len(server.Environment.Addresses) == 0 {
		return nil, conflict("LXD copies between projects over its network address and has none: set core.https_address first")
	}
	token, err := c.imageSecret(ctx, image)
	if err != nil {
		return nil, err
	}
	body["source"] = map[string]any{"type": "image", "mode": "pull", "protocol": "lxd", "project": from, "fingerprint": image.Fingerprint,
		"server": "https://" + server.Environment.Addresses[0], "certificate": server.Environment.Certificate, "secret": token.Metadata.Secret}
	operation, err := change(ctx, c, owner, http.MethodPost, in(owner, path("images")), body)
	if err != nil { // a secret that is not used would stay for ever
		_, _ = change(context.WithoutCancel(ctx), c, from, http.MethodDelete, path("operations", token.UUID), nil)
	}
	return operation, err
}

func (c *Client) sourceImage(ctx context.Context, as Scope, project string, source *ImageSource) (*Image, error) {
	if source.Alias != nil {
		return c.ImageByAlias(ctx, as, project, *source.Alias)
	}
	return c.Image(ctx, as, project, strings.ToLower(*source.Fingerprint))
}

// imageToken is an operation of LXD whose secret opens an image once.
type imageToken struct {
	UUID     string `json:"id"`
	Metadata struct {
		Secret string `json:"secret"`
	} `json:"metadata"`
}

// imageSecret makes a secret by which an image can be fetched that is not public.
func (c *Client) imageSecret(ctx context.Context, image *Image) (imageToken, error) {
	answer, err := once[imageToken](ctx, c, c.config.Timeout, http.MethodPost, in(image.Project, path("images", image.Fingerprint, "secret")), nil)
	return answer.Metadata, err
}
