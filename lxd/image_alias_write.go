package lxd

import (
	"context"
	"errors"
	"net/http"
)

// ImageAliasNameInput is a name for an image that is made.
type ImageAliasNameInput struct {
	Name        string
	Description *string
}

// CreateImageAliasInput is a new name for an image.
type CreateImageAliasInput struct {
	Name        string
	Project     *string
	Fingerprint string
	Description *string
}

// UpdateImageAliasInput is a change of a name: what is nil stays as it is.
type UpdateImageAliasInput struct {
	Fingerprint *string
	Description *string
}

// CreateImageAlias gives an image another name.
func (c *Client) CreateImageAlias(ctx context.Context, as Scope, input *CreateImageAliasInput) (*Operation, error) {
	owner, err := c.administered(ctx, as, value(input.Project), FeatureImages)
	if err != nil {
		return nil, err
	}
	if err := checkAliasName("input.name", input.Name); err != nil {
		return nil, err
	}
	image, err := c.aliased(ctx, as, owner, input.Fingerprint)
	if err != nil {
		return nil, err
	}
	if err := c.freeAliasName(ctx, as, owner, input.Name); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name, "target": image.Fingerprint, "description": value(input.Description)}
	return change(ctx, c, owner, http.MethodPost, in(owner, path("images", "aliases")), body)
}

// aliased is the image that a name is to stand for: a fingerprint or its
// beginning.
func (c *Client) aliased(ctx context.Context, as Scope, project, fingerprint string) (*Image, error) {
	if !validFingerprint(fingerprint) {
		return nil, &InputError{"input.fingerprint", "a fingerprint is up to 64 hexadecimal digits"}
	}
	image, err := c.Image(ctx, as, project, fingerprint)
	var unclear *InputError
	if errors.As(err, &unclear) {
		return nil, &InputError{"input.fingerprint", unclear.Message}
	}
	return image, err
}

// UpdateImageAlias changes what a name stands for, or what is said about it.
func (c *Client) UpdateImageAlias(ctx context.Context, as Scope, project, name string, ifMatch *string, input *UpdateImageAliasInput) (*Operation, error) {
	alias, err := c.changeableAlias(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	target := alias.Target
	if input.Fingerprint != nil {
		image, err := c.aliased(ctx, as, alias.Project, *input.Fingerprint)
		if err != nil {
			return nil, err
		}
		target = image.Fingerprint
	}
	return c.edit(ctx, as, nil, alias.Project, alias.address(), ifMatch, func(current object) error {
		if input.Description != nil {
			if err := current.write("description", *input.Description); err != nil {
				return err
			}
		}
		if input.Fingerprint == nil {
			return nil
		}
		return current.write("target", target)
	})
}

// RenameImageAlias changes a name.
func (c *Client) RenameImageAlias(ctx context.Context, as Scope, project, name, newName string) (*Operation, error) {
	alias, err := c.changeableAlias(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := checkAliasName("newName", newName); err != nil {
		return nil, err
	}
	if err := c.freeAliasName(ctx, as, alias.Project, newName); err != nil {
		return nil, err
	}
	return change(ctx, c, alias.Project, http.MethodPost, alias.address(), map[string]any{"name": newName})
}

// DeleteImageAlias takes a name away. The image stays.
func (c *Client) DeleteImageAlias(ctx context.Context, as Scope, project, name string) (*Operation, error) {
	alias, err := c.changeableAlias(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	return change(ctx, c, alias.Project, http.MethodDelete, alias.address(), nil)
}

// changeableAlias reads a name that the caller may change.
func (c *Client) changeableAlias(ctx context.Context, as Scope, project, name string) (*ImageAlias, error) {
	owner, err := c.administered(ctx, as, project, FeatureImages)
	if err != nil {
		return nil, err
	}
	return c.ImageAlias(ctx, as, owner, name)
}

func (c *Client) freeAliasName(ctx context.Context, as Scope, project, name string) error {
	_, err := c.ImageAlias(ctx, as, project, name)
	switch {
	case err == nil:
		return &ExistsError{"an image alias " + name + " exists already in the project " + project + ": choose another name"}
	case IsNotFound(err):
		return nil
	}
	return err
}

// freeAliases refuses names for a new image that LXD would find to be taken
// only when it has made the image.
func (c *Client) freeAliases(ctx context.Context, as Scope, project string, aliases []*ImageAliasNameInput) error {
	for _, alias := range aliases {
		if err := checkAliasName("input.aliases", alias.Name); err != nil {
			return err
		}
		if err := c.freeAliasName(ctx, as, project, alias.Name); err != nil {
			return err
		}
	}
	return nil
}

// checkAliasName refuses what cannot be a name: LXD of 5.0.2 takes . and .. and
// then does not find them in its paths.
func checkAliasName(argument, name string) error {
	if name == "" || name == "." || name == ".." || hasControl(name) {
		return &InputError{argument, "an image alias is a text in one line, and neither . nor .."}
	}
	return nil
}

func aliasBodies(aliases []*ImageAliasNameInput) []map[string]any {
	bodies := []map[string]any{}
	for _, alias := range aliases {
		bodies = append(bodies, map[string]any{"name": alias.Name, "description": value(alias.Description)})
	}
	return bodies
}

func (a *ImageAlias) address() string { return in(a.Project, path("images", "aliases", a.Name)) }

func (a *ImageAlias) versioned() (project, address string) { return a.Project, a.address() }
