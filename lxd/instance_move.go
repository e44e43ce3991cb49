package lxd

import (
	"context"
	"net/http"
)

// MigrateInstanceInput is where an instance goes: what is nil stays.
type MigrateInstanceInput struct {
	// Target is a member of the cluster.
	Target *string
	// Pool is the storage pool of the root disk.
	Pool *string
	// Project is another project.
	Project *string
	// Name is another name.
	Name *string
	// InstanceOnly leaves the snapshots behind.
	InstanceOnly *bool
	// Live moves it while it runs, where LXD can.
	Live *bool
}

// MigrateInstance begins to move an instance to another member, storage pool or
// project. One that runs is moved only live.
func (c *Client) MigrateInstance(ctx context.Context, as Scope, project, name string, input *MigrateInstanceInput) (*Operation, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := c.mayMove(ctx, as, instance, input); err != nil {
		return nil, err
	}
	body := map[string]any{"name": instance.Name, "migration": true, "live": value(input.Live), "instance_only": value(input.InstanceOnly)}
	address := in(instance.Project, path("instances", instance.Name))
	if input.Name != nil {
		body["name"] = *input.Name
	}
	if input.Pool != nil {
		body["pool"] = *input.Pool
	}
	if input.Project != nil {
		body["project"] = *input.Project
	}
	if input.Target != nil {
		address = in(instance.Project, path("instances", instance.Name), "target", *input.Target)
	}
	operation, err := change(ctx, c, instance.Project, http.MethodPost, address, body)
	return operation, ofTarget(err, input.Target)
}

// mayMove refuses a move to where the caller may not change anything, to
// profiles that reach the host or to volumes of others there, to a name that is
// taken, and to a project that it does not fit into.
func (c *Client) mayMove(ctx context.Context, as Scope, instance *Instance, input *MigrateInstanceInput) error {
	to, called := projectOrDefault(value(input.Project)), value(input.Name)
	if input.Project == nil {
		to = instance.Project
	}
	if called == "" {
		called = instance.Name
	}
	switch {
	case input.Target == nil && input.Pool == nil && input.Project == nil:
		return &InputError{"input", "say where it goes: target, pool or project"}
	case !instanceName.MatchString(called):
		return &InputError{"input.name", "the name has to be 1 to 63 letters, digits and dashes, begin with a letter and not end with a dash"}
	case instance.Status != StatusStopped && !value(input.Live):
		return conflict("%s is %s: stop it first, or move it live where LXD can", instance.Name, instance.Status)
	}
	if err := enter(as, to, true); err != nil {
		return err
	}
	if to != instance.Project || called != instance.Name {
		if err := c.freeInstanceName(ctx, as, nil, to, called); err != nil {
			return err
		}
	}
	if to == instance.Project {
		return nil
	}
	// LXD of 5.0.2 does not look at the limits of the project that it moves to (seen).
	moved := &InstanceEdit{Config: instance.Config, Devices: instance.OwnDevices, Profiles: instance.Profiles}
	if err := c.withinLimits(ctx, nil, to, &InstanceEdit{}, moved, countsOf(instance.Type)); err != nil {
		return err
	}
	if as.Allows("", true) {
		return nil
	}
	// Volumes and profiles are known by their names: those of the other project may be others.
	if err := c.mayUseVolumes(ctx, as, to, nil, instance.OwnDevices); err != nil {
		return err
	}
	return c.mayUseProfiles(ctx, to, instance.Profiles)
}

// RebuildInstance begins to make an instance's root disk anew, from an image or
// empty. It has to be stopped, and its snapshots stay what they were.
func (c *Client) RebuildInstance(ctx context.Context, as Scope, project, name string, source *InstanceSource) (*Operation, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if source.Type != SourceImage && source.Type != SourceNone {
		return nil, &InputError{"source.type", "an instance is rebuilt from an IMAGE or from NONE"}
	}
	if err := source.check("source"); err != nil {
		return nil, err
	}
	if source.Server != nil && !as.Allows("", true) {
		return nil, &ForbiddenError{Argument: "source.server", Reason: "only an ADMIN may name the address of a server"}
	}
	if err := c.mayMakeOf(ctx, as, instance.Project, source); err != nil {
		return nil, err
	}
	if err := c.need(ctx, "instances_rebuild"); err != nil {
		return nil, err
	}
	if instance.Status != StatusStopped {
		return nil, conflict("%s is %s: only a stopped instance can be rebuilt", name, instance.Status)
	}
	return change(ctx, c, instance.Project, http.MethodPost, in(instance.Project, path("instances", instance.Name, "rebuild")), map[string]any{"source": source.body(instance.Project)})
}
