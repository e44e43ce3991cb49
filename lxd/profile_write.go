package lxd

import (
	"context"
	"net/http"
	"strings"
)

// CreateProfileInput is a new profile.
type CreateProfileInput struct {
	Name        string
	Project     *string
	Description *string
	Config      StringMap
	Devices     DeviceMap
}

// UpdateProfileInput is a change of a profile: what is nil stays as it is.
type UpdateProfileInput struct {
	Description *string
	Config      StringMapPatch
	Devices     DeviceMapPatch
}

// CreateProfile makes a profile. What reaches the host is an administrator's
// of the server. With a plan nothing is made.
func (c *Client) CreateProfile(ctx context.Context, as Scope, plan *ChangePlan, input *CreateProfileInput) (*Operation, error) {
	owner, err := c.administered(ctx, as, value(input.Project), FeatureProfiles)
	if err != nil {
		return nil, err
	}
	if err := checkProfileName("input.name", input.Name); err != nil {
		return nil, err
	}
	if !as.Allows("", true) {
		if err := reachesHost("input.", input.Config, input.Devices); err != nil {
			return nil, err
		}
		if err := c.mayUseVolumes(ctx, as, owner, nil, input.Devices); err != nil {
			return nil, err
		}
	}
	if err := plan.Block(c.freeProfileName(ctx, as, owner, input.Name)); err != nil {
		return nil, err
	}
	if err := c.lookFor(ctx, plan, owner, &InstanceEdit{}, &InstanceEdit{Devices: input.Devices}); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name, "description": value(input.Description), "config": orEmpty(input.Config), "devices": orEmpty(input.Devices)}
	operation, err := c.do(ctx, as, plan, owner, http.MethodPost, in(owner, path("profiles")), nil, body)
	if taken(err) {
		return nil, profileExists(owner, input.Name)
	}
	return operation, profileError(err)
}

// UpdateProfile changes a profile, and with it all instances that have it. What
// reaches the host, or would let something reach it that does not now, is an
// administrator's of the server. With a plan nothing is changed.
func (c *Client) UpdateProfile(ctx context.Context, as Scope, plan *ChangePlan, project, name string, ifMatch *string, input *UpdateProfileInput) (*Operation, error) {
	owner, err := c.administered(ctx, as, project, FeatureProfiles)
	if err != nil {
		return nil, err
	}
	operation, err := c.edit(ctx, as, plan, owner, in(owner, path("profiles", name)), ifMatch, func(current object) error {
		was, is := &InstanceEdit{}, &InstanceEdit{}
		for _, edit := range []*InstanceEdit{was, is} {
			if err := edit.from(current); err != nil {
				return err
			}
		}
		is.Apply(&UpdateInstanceInput{Description: input.Description, Config: input.Config, Devices: input.Devices})
		if err := c.mayEditProfile(ctx, as, owner, name, was, is); err != nil {
			return err
		}
		if err := c.lookFor(ctx, plan, owner, was, is); err != nil {
			return err
		}
		for key, value := range map[string]any{"description": is.Description, "config": is.Config, "devices": is.Devices} {
			if err := current.write(key, value); err != nil {
				return err
			}
		}
		return nil
	})
	return operation, profileError(err)
}

// RenameProfile gives a profile another name. The instances that have it keep it.
func (c *Client) RenameProfile(ctx context.Context, as Scope, project, name, newName string) (*Operation, error) {
	profile, err := c.changeableProfile(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if name == "default" {
		return nil, conflict("the profile default cannot be renamed: every project with profiles of its own has one")
	}
	if err := checkProfileName("newName", newName); err != nil {
		return nil, err
	}
	if err := c.freeProfileName(ctx, as, profile.Project, newName); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, profile.Project, http.MethodPost, in(profile.Project, path("profiles", name)), map[string]any{"name": newName})
	if taken(err) {
		return nil, profileExists(profile.Project, newName)
	}
	return operation, err
}

// DeleteProfile deletes a profile that no instance has. With a plan it stays.
func (c *Client) DeleteProfile(ctx context.Context, as Scope, plan *ChangePlan, project, name string) (*Operation, error) {
	profile, err := c.changeableProfile(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if name == "default" {
		err = conflict("the profile default cannot be deleted: every project with profiles of its own has one")
	} else {
		err = c.usedByError(as, "the profile "+name, profile.Users)
	}
	if err := plan.Block(err); err != nil {
		return nil, err
	}
	before := map[string]any{"name": name, "description": profile.Description, "config": profile.Config, "devices": profile.OwnDevices}
	return c.do(ctx, as, plan, profile.Project, http.MethodDelete, in(profile.Project, path("profiles", name)), before, nil)
}

// changeableProfile reads a profile that the caller may change.
func (c *Client) changeableProfile(ctx context.Context, as Scope, project, name string) (*Profile, error) {
	owner, err := c.administered(ctx, as, project, FeatureProfiles)
	if err != nil {
		return nil, err
	}
	return c.Profile(ctx, as, owner, name)
}

func (c *Client) freeProfileName(ctx context.Context, as Scope, project, name string) error {
	_, err := c.Profile(ctx, as, project, name)
	switch {
	case err == nil:
		return profileExists(project, name)
	case IsNotFound(err):
		return nil
	}
	return err
}

func profileExists(project, name string) error {
	return &ExistsError{"a profile " + name + " exists already in the project " + project + ": choose another name"}
}

// checkProfileName has LXD's rules for the name of a profile.
func checkProfileName(argument, name string) error {
	if name == "" || name == "." || name == ".." || strings.Contains(name, "/") || hasControl(name) {
		return &InputError{argument, "a profile's name is a text in one line without slashes, and neither . nor .."}
	}
	return nil
}

// orEmpty is the map, or an empty one for nil: LXD reads null as no change.
func orEmpty[M ~map[string]V, V any](values M) M {
	if values == nil {
		return M{}
	}
	return values
}
