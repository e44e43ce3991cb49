package lxd

import (
	"context"
	"net/http"
)

// CreateNetworkZoneInput is a new zone.
type CreateNetworkZoneInput struct {
	Name        string
	Project     *string
	Description *string
	Config      StringMap
}

// UpdateNetworkZoneInput is a change of a zone: what is nil stays as it is.
type UpdateNetworkZoneInput struct {
	Description *string
	Config      StringMapPatch
}

// CreateNetworkZone begins to make a zone of an effective project. LXD has one
// zone of a name, in whatever project.
func (c *Client) CreateNetworkZone(ctx context.Context, as Scope, project string, input *CreateNetworkZoneInput) (*Operation, error) {
	if err := administrate(as, project, "Project"); err != nil {
		return nil, err
	}
	if err := checkZoneName(input.Name); err != nil {
		return nil, err
	}
	if err := mayConfigurePart(as, harmlessZone, input.Config); err != nil {
		return nil, err
	}
	switch _, err := c.NetworkZone(ctx, as, project, input.Name); {
	case err == nil:
		return nil, &ExistsError{"a zone " + input.Name + " exists already in the project " + project + ": choose another name"}
	case !IsNotFound(err):
		return nil, err
	}
	body := map[string]any{"name": input.Name, "description": value(input.Description), "config": input.Config}
	operation, err := change(ctx, c, project, http.MethodPost, in(project, path("network-zones")), body)
	return operation, refusedInput(err, "input.config", "nvalid value for config", "nvalid config option", "nvalid network zone configuration")
}

// changeableZone reads a zone that the caller may change.
func (c *Client) changeableZone(ctx context.Context, as Scope, project, name string) (*NetworkZone, error) {
	zone, err := c.NetworkZone(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	return zone, administrate(as, project, "Network zone")
}

// UpdateNetworkZone begins to change a zone.
func (c *Client) UpdateNetworkZone(ctx context.Context, as Scope, project, name string, ifMatch *string, input *UpdateNetworkZoneInput) (*Operation, error) {
	if _, err := c.changeableZone(ctx, as, project, name); err != nil {
		return nil, err
	}
	operation, err := c.edit(ctx, as, nil, project, in(project, path("network-zones", name)), ifMatch, func(current object) error {
		was, is, err := current.reconfigure(input.Description, input.Config)
		if err != nil {
			return err
		}
		return mayConfigurePart(as, harmlessZone, changedKeys(was, is))
	})
	return operation, refusedInput(err, "input.config", "nvalid value for config", "nvalid config option", "nvalid network zone configuration")
}

// DeleteNetworkZone begins to delete a zone that no network uses, with its
// records, and gives it as it was.
func (c *Client) DeleteNetworkZone(ctx context.Context, as Scope, project, name string) (*NetworkZone, *Operation, error) {
	zone, err := c.changeableZone(ctx, as, project, name)
	if err != nil {
		return nil, nil, err
	}
	if err := c.inUse(as, "the zone "+name, zone.Users); err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, project, http.MethodDelete, in(project, path("network-zones", name)), nil)
	return zone, operation, refusedUse(err)
}

// Actions are what the caller, as an administrator, can do to it now.
func (z *NetworkZone) Actions(as Scope) []NetworkAction {
	switch {
	case !as.Allows(z.Project, true):
		return []NetworkAction{}
	case len(z.Users) > 0:
		return []NetworkAction{NetworkUpdate}
	}
	return []NetworkAction{NetworkUpdate, NetworkDelete}
}
