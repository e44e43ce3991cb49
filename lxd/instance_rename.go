package lxd

import (
	"context"
	"net/http"
)

// RenameInstance begins to rename an instance that does not run.
func (c *Client) RenameInstance(ctx context.Context, as Scope, project, name, newName string) (*Operation, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if !instanceName.MatchString(newName) {
		return nil, &InputError{"newName", "the name has to be 1 to 63 letters, digits and dashes, begin with a letter and not end with a dash"}
	}
	if instance.Status != StatusStopped {
		return nil, conflict("%s is %s: only a stopped instance can be renamed", name, instance.Status)
	}
	switch _, err := c.InstanceObject(ctx, as, instance.Project, newName); {
	case err == nil:
		return nil, &ExistsError{"an instance " + newName + " exists already in the project " + instance.Project + ": choose another name"}
	case !IsNotFound(err):
		return nil, err
	}
	return change(ctx, c, instance.Project, http.MethodPost, in(instance.Project, path("instances", instance.Name)), map[string]any{"name": newName})
}
