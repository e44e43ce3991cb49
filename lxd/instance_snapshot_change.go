package lxd

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// CreateInstanceSnapshot begins to keep the present state of an instance.
// Expires is nil for what the instance's configuration says.
func (c *Client) CreateInstanceSnapshot(ctx context.Context, as Scope, project, instance, name string, stateful bool, expires *Time) (*Operation, error) {
	of, err := c.writable(ctx, as, project, instance)
	if err != nil {
		return nil, err
	}
	if err := c.freeSnapshotName(ctx, as, of, "name", name); err != nil {
		return nil, err
	}
	body := map[string]any{"name": name, "stateful": stateful}
	if expires != nil {
		body["expires_at"] = expires.Time
	}
	return change(ctx, c, of.Project, http.MethodPost, in(of.Project, path("instances", of.Name, "snapshots")), body)
}

// freeSnapshotName refuses a name that LXD would refuse, or that is taken.
func (c *Client) freeSnapshotName(ctx context.Context, as Scope, of *Instance, argument, name string) error {
	if name == "" || len(name) > 63 || strings.ContainsAny(name, "/ \t\n") || name == "." || name == ".." {
		return &InputError{argument, "a snapshot's name has 1 to 63 characters and neither slash nor space"}
	}
	snapshots, err := c.InstanceSnapshots(ctx, as, of)
	if slices.ContainsFunc(snapshots, func(s *InstanceSnapshot) bool { return s.Name() == name }) {
		return &ExistsError{"a snapshot " + name + " of " + of.Name + " exists already: choose another name"}
	}
	return err
}

// InstanceSnapshot reads one snapshot.
func (c *Client) InstanceSnapshot(ctx context.Context, as Scope, project, instance, name string) (*InstanceSnapshot, error) {
	of, err := c.InstanceObject(ctx, as, project, instance)
	if err != nil {
		return nil, err
	}
	snapshots, err := c.InstanceSnapshots(ctx, as, of)
	if err != nil {
		return nil, err
	}
	for _, snapshot := range snapshots {
		if snapshot.Name() == name {
			return snapshot, nil
		}
	}
	return nil, hidden("Instance snapshot")
}

// writableSnapshot reads a snapshot of an instance that the caller may change.
func (c *Client) writableSnapshot(ctx context.Context, as Scope, project, instance, name string) (*InstanceSnapshot, string, error) {
	snapshot, err := c.InstanceSnapshot(ctx, as, project, instance, name)
	if err != nil {
		return nil, "", err
	}
	of := snapshot.instance
	return snapshot, in(of.Project, path("instances", of.Name, "snapshots", name)), enter(as, of.Project, true)
}

// UpdateInstanceSnapshot begins to set when LXD deletes a snapshot; nil is never.
func (c *Client) UpdateInstanceSnapshot(ctx context.Context, as Scope, project, instance, name string, expires *Time) (*Operation, error) {
	_, address, err := c.writableSnapshot(ctx, as, project, instance, name)
	if err != nil {
		return nil, err
	}
	never := Time{}
	if expires == nil {
		expires = &never
	}
	return change(ctx, c, projectOrDefault(project), http.MethodPut, address, map[string]any{"expires_at": expires.Time})
}

// RenameInstanceSnapshot begins to rename a snapshot.
func (c *Client) RenameInstanceSnapshot(ctx context.Context, as Scope, project, instance, name, newName string) (*Operation, error) {
	snapshot, address, err := c.writableSnapshot(ctx, as, project, instance, name)
	if err != nil {
		return nil, err
	}
	if err := c.freeSnapshotName(ctx, as, snapshot.instance, "newName", newName); err != nil {
		return nil, err
	}
	return change(ctx, c, projectOrDefault(project), http.MethodPost, address, map[string]any{"name": newName})
}

// DeleteInstanceSnapshot begins to delete a snapshot.
func (c *Client) DeleteInstanceSnapshot(ctx context.Context, as Scope, project, instance, name string) (*Operation, error) {
	_, address, err := c.writableSnapshot(ctx, as, project, instance, name)
	if err != nil {
		return nil, err
	}
	return change(ctx, c, projectOrDefault(project), http.MethodDelete, address, nil)
}

// RestoreInstance begins to put an instance back to how it was at a snapshot.
// What it had then may reach the host: then it is an administrator's.
func (c *Client) RestoreInstance(ctx context.Context, as Scope, project, instance, name string, stateful bool) (*Operation, error) {
	snapshot, _, err := c.writableSnapshot(ctx, as, project, instance, name)
	if err != nil {
		return nil, err
	}
	if stateful && !snapshot.Stateful { // 5.0.2 stops the instance first, and refuses then (seen)
		return nil, conflict("the snapshot %s holds no state: restore it without `stateful`", name)
	}
	of := snapshot.instance
	if !as.Allows("", true) {
		was, is := &InstanceEdit{Config: of.Config, Devices: of.OwnDevices, Profiles: of.Profiles}, &InstanceEdit{Config: snapshot.Config, Devices: snapshot.OwnDevices, Profiles: snapshot.ProfileNames}
		if err := c.mayEdit(ctx, as, of, withoutVolatile(was), withoutVolatile(is)); err != nil {
			return nil, err
		}
	}
	return change(ctx, c, of.Project, http.MethodPut, in(of.Project, path("instances", of.Name)), map[string]any{"restore": name, "stateful": stateful})
}

// withoutVolatile leaves out what LXD itself keeps in a configuration.
func withoutVolatile(edit *InstanceEdit) *InstanceEdit {
	config := StringMap{}
	for key, value := range edit.Config {
		if !strings.HasPrefix(key, "volatile.") {
			config[key] = value
		}
	}
	return &InstanceEdit{Config: config, Devices: edit.Devices, Profiles: edit.Profiles}
}
