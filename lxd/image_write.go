package lxd

import (
	"context"
	"net/http"
	"time"
)

// UpdateImageInput is a change of an image: what is nil stays as it is.
type UpdateImageInput struct {
	Public     *bool
	AutoUpdate *bool
	Properties StringMapPatch
	// Profiles replace those that it has.
	Profiles []string
	// ExpiresAt is Unix 0 for never.
	ExpiresAt *Time
}

// UpdateImage changes what LXD says and does about an image. Profiles that
// reach the host are an administrator's of the server.
func (c *Client) UpdateImage(ctx context.Context, as Scope, project, fingerprint string, ifMatch *string, input *UpdateImageInput) (*Operation, error) {
	image, err := c.changeableImage(ctx, as, project, fingerprint)
	if err != nil {
		return nil, err
	}
	if !as.Allows("", true) {
		if err := c.mayUseProfiles(ctx, image.Project, input.Profiles); err != nil {
			return nil, err
		}
	}
	return c.edit(ctx, as, nil, image.Project, image.address(), ifMatch, func(current object) error {
		properties := StringMap{}
		if err := current.read("properties", &properties); err != nil {
			return err
		}
		input.Properties.apply(properties)
		changed := map[string]any{"properties": properties}
		if input.Public != nil {
			changed["public"] = *input.Public
		}
		if input.AutoUpdate != nil {
			changed["auto_update"] = *input.AutoUpdate
		}
		if input.Profiles != nil {
			changed["profiles"] = input.Profiles
		}
		if input.ExpiresAt != nil {
			changed["expires_at"] = expiry(input.ExpiresAt)
		}
		for key, value := range changed {
			if err := current.write(key, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// expiry is a time as LXD reads when something expires: never is Unix 0, since
// 5.0.2 keeps an earlier expiry where it reads the year 1.
func expiry(at *Time) time.Time {
	if at.IsZero() || at.Unix() <= 0 {
		return time.Unix(0, 0).UTC()
	}
	return at.Time
}

// DeleteImage begins to delete an image with its aliases. Instances that were
// made of it stay.
func (c *Client) DeleteImage(ctx context.Context, as Scope, project, fingerprint string) (*Operation, error) {
	image, err := c.changeableImage(ctx, as, project, fingerprint)
	if err != nil {
		return nil, err
	}
	return change(ctx, c, image.Project, http.MethodDelete, image.address(), nil)
}

// RefreshImage begins to look whether the image's server has a newer one. That
// takes its place, and its aliases.
func (c *Client) RefreshImage(ctx context.Context, as Scope, project, fingerprint string) (*Operation, error) {
	image, err := c.changeableImage(ctx, as, project, fingerprint)
	if err != nil {
		return nil, err
	}
	if image.UpdateSource == nil {
		return nil, conflict("the image came from no server: there is nothing to refresh it from")
	}
	return change(ctx, c, image.Project, http.MethodPost, in(image.Project, path("images", image.Fingerprint, "refresh")), nil)
}

// PushImageInput is where an image is sent to.
type PushImageInput struct {
	// Server is another LXD's URL, and Secret one of a push that it awaits.
	Server      string
	Certificate *string
	Secret      string
	Project     *string
	Aliases     []*ImageAliasNameInput
	Profiles    []string
}

// PushImage begins to send an image to another LXD that awaits it. The host's
// network is an administrator's of the server.
func (c *Client) PushImage(ctx context.Context, as Scope, project, fingerprint string, input *PushImageInput) (*Operation, error) {
	image, err := c.changeableImage(ctx, as, project, fingerprint)
	if err != nil {
		return nil, err
	}
	if !as.Allows("", true) {
		return nil, hostError("input.server", "the address of a server reaches the host's network")
	}
	if err := checkServer("input.server", input.Server); err != nil {
		return nil, err
	}
	if input.Secret == "" {
		return nil, &InputError{"input.secret", "the secret is empty: the other LXD gives one for a push"}
	}
	body := map[string]any{"target": input.Server, "secret": input.Secret, "certificate": value(input.Certificate), "project": value(input.Project), "aliases": aliasBodies(input.Aliases)}
	if input.Profiles != nil {
		body["profiles"] = input.Profiles
	}
	return change(ctx, c, image.Project, http.MethodPost, in(image.Project, path("images", image.Fingerprint, "export")), body)
}

// changeableImage reads an image that the caller may change.
func (c *Client) changeableImage(ctx context.Context, as Scope, project, fingerprint string) (*Image, error) {
	owner, err := c.administered(ctx, as, project, FeatureImages)
	if err != nil {
		return nil, err
	}
	return c.Image(ctx, as, owner, fingerprint)
}

func (i *Image) address() string { return in(i.Project, path("images", i.Fingerprint)) }

func (i *Image) versioned() (project, address string) { return i.Project, i.address() }
