package lxd

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// ProjectContent is something in a project that goes before the project can.
type ProjectContent struct {
	// Instance is its name if it is an instance, which is stopped before.
	Instance string

	address string
}

// contentOrder is the order in which the contents of a project can be deleted:
// what uses others first. Kinds that are not here use networks only.
var contentOrder = map[string]int{"Instance": 1, "Profile": 2, "Network": 4, "NetworkAcl": 5, "NetworkZone": 5}

// ProjectContents are what is in a project, in the order in which it can be
// deleted. It is a *ConflictError where an instance is protected.
func (c *Client) ProjectContents(ctx context.Context, as Scope, name string) ([]ProjectContent, error) {
	project, err := c.changeableProject(ctx, as, name, "delete projects")
	if err != nil {
		return nil, err
	}
	if name == "default" {
		return nil, conflict("the project default cannot be deleted")
	}
	if err := c.protected(ctx, as, name); err != nil {
		return nil, err
	}
	contents, order := []ProjectContent{}, map[string]int{}
	for _, address := range project.contents() {
		content := ProjectContent{address: address}
		id, _ := c.Reference(address)
		if id.Kind == "Instance" {
			content.Instance = id.Name
		}
		order[address] = contentOrder[id.Kind]
		if order[address] == 0 {
			order[address] = 3
		}
		contents = append(contents, content)
	}
	slices.SortStableFunc(contents, func(a, b ProjectContent) int { return order[a.address] - order[b.address] })
	return contents, nil
}

// protected refuses to begin with what LXD would not end.
func (c *Client) protected(ctx context.Context, as Scope, project string) error {
	instances, err := c.Instances(ctx, as, InstanceList{Project: project, Detail: DetailObject})
	if err != nil {
		return err
	}
	for _, instance := range instances {
		if isTrue(instance.ExpandedConfig.Get("security.protection.delete")) {
			return conflict("the instance %s is protected: set security.protection.delete to false first", instance.Name)
		}
	}
	return nil
}

// DeleteProjectContent deletes what is in a project; what is gone already is no error.
func (c *Client) DeleteProjectContent(ctx context.Context, as Scope, project string, content ProjectContent) (*Operation, error) {
	if err := ofServerOnly(as, "delete projects"); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, project, http.MethodDelete, content.address, nil)
	if IsNotFound(err) && strings.Contains(content.address, "%25") { // 5.0.2 escapes names in used_by twice
		operation, err = change(ctx, c, project, http.MethodDelete, strings.ReplaceAll(content.address, "%25", "%"), nil)
	}
	if IsNotFound(err) {
		return nil, nil
	}
	return operation, err
}

// EmptyDefaultProfile makes the profile default of a project use nothing: it
// goes with the project, and until then holds on to networks and volumes.
func (c *Client) EmptyDefaultProfile(ctx context.Context, as Scope, project string) (*Operation, error) {
	found, err := c.changeableProject(ctx, as, project, "delete projects")
	if err != nil || found.Effective(FeatureProfiles) != project {
		return nil, err
	}
	return c.edit(ctx, as, nil, project, in(project, path("profiles", "default")), nil, func(current object) error {
		return current.write("devices", DeviceMap{})
	})
}

// DeletesProjectsWhole reports whether LXD itself deletes a project with what is in it.
func (c *Client) DeletesProjectsWhole(ctx context.Context) (bool, error) {
	return c.Has(ctx, "projects_force_delete")
}

// DeleteProjectWhole begins to delete a project with what is in it, where LXD
// can (see [Client.DeletesProjectsWhole]).
func (c *Client) DeleteProjectWhole(ctx context.Context, as Scope, name string) (*Operation, error) {
	if _, err := c.ProjectContents(ctx, as, name); err != nil {
		return nil, err
	}
	return change(ctx, c, name, http.MethodDelete, path("projects", name)+"?force=1", nil)
}
