package lxd

import (
	"context"
	"slices"
	"strings"
)

// UpdateInstanceInput is a change of an instance: what is nil stays as it is.
type UpdateInstanceInput struct {
	Description *string
	Config      StringMapPatch
	Devices     DeviceMapPatch
	// Profiles replace those that it has.
	Profiles  []string
	Ephemeral *bool
}

// InstanceEdit is an instance while it is changed.
type InstanceEdit struct {
	Description string
	Config      StringMap
	// Devices are its own, without those of its profiles.
	Devices   DeviceMap
	Profiles  []string
	Ephemeral bool
	// Before is the instance as it was.
	Before *Instance
}

// EditInstance changes an instance by a function, which may be called again
// when somebody else was quicker. What it changes must not reach the host
// unless the caller administers the server. With a plan nothing is changed.
func (c *Client) EditInstance(ctx context.Context, as Scope, plan *ChangePlan, project, name string, ifMatch *string, change func(*InstanceEdit) error) (*Operation, error) {
	before, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	address := in(before.Project, path("instances", before.Name))
	return c.edit(ctx, as, plan, before.Project, address, ifMatch, func(current object) error {
		edit := &InstanceEdit{Before: before}
		if err := edit.from(current); err != nil {
			return err
		}
		was := &InstanceEdit{}
		if err := was.from(current); err != nil {
			return err
		}
		if err := change(edit); err != nil {
			return err
		}
		if err := c.mayEdit(ctx, as, before, was, edit); err != nil {
			return err
		}
		edit.tellRestart(plan, was)
		return edit.to(current)
	})
}

func (e *InstanceEdit) from(current object) error {
	for key, into := range map[string]any{"description": &e.Description, "config": &e.Config, "devices": &e.Devices, "profiles": &e.Profiles, "ephemeral": &e.Ephemeral} {
		if err := current.read(key, into); err != nil {
			return err
		}
	}
	if e.Config == nil {
		e.Config = StringMap{}
	}
	if e.Devices == nil {
		e.Devices = DeviceMap{}
	}
	return nil
}

func (e *InstanceEdit) to(current object) error {
	for key, value := range map[string]any{"description": e.Description, "config": e.Config, "devices": e.Devices, "profiles": e.Profiles, "ephemeral": e.Ephemeral} {
		if err := current.write(key, value); err != nil {
			return err
		}
	}
	return nil
}

// Apply changes it as the input says.
func (e *InstanceEdit) Apply(input *UpdateInstanceInput) {
	if input.Description != nil {
		e.Description = *input.Description
	}
	if input.Ephemeral != nil {
		e.Ephemeral = *input.Ephemeral
	}
	if input.Profiles != nil {
		e.Profiles = input.Profiles
	}
	input.Config.apply(e.Config)
	for name, options := range input.Devices {
		if options == nil {
			delete(e.Devices, name)
			continue
		}
		if e.Devices[name] == nil {
			e.Devices[name] = StringMap{}
		}
		options.apply(e.Devices[name])
	}
}

// mayEdit refuses a change that reaches the host, or takes away what does, to
// all but administrators of the server.
func (c *Client) mayEdit(ctx context.Context, as Scope, instance *Instance, was, is *InstanceEdit) error {
	if as.Allows("", true) {
		return nil
	}
	if err := reachesHost("input.", changedKeys(was.Config, is.Config), nil); err != nil {
		return err
	}
	for _, devices := range [][2]DeviceMap{{is.Devices, was.Devices}, {was.Devices, is.Devices}} {
		changed := DeviceMap{}
		for name, options := range devices[0] {
			if len(changedKeys(options, devices[1][name])) > 0 || len(options) == 0 {
				changed[name] = options
			}
		}
		if err := reachesHost("input.", nil, changed); err != nil {
			return err
		}
	}
	added := slices.DeleteFunc(slices.Clone(is.Profiles), func(name string) bool { return slices.Contains(was.Profiles, name) })
	return c.mayUseProfiles(ctx, instance.Project, added)
}

// changedKeys are the keys whose values differ, with those of the second where
// there is one.
func changedKeys(was, is StringMap) StringMap {
	changed := StringMap{}
	for key, value := range was {
		if other, ok := is[key]; !ok || other != value {
			changed[key] = value
		}
	}
	for key, value := range is {
		if other, ok := was[key]; !ok || other != value {
			changed[key] = value
		}
	}
	return changed
}

// liveKeys are the beginnings of keys that hold for a running instance at
// once; others hold from the next start on.
var liveKeys = []string{"limits.", "user.", "snapshots.", "boot.", "cluster.", "image.", "security.protection.", "security.devlxd", "placement."}

// tellRestart notes down which keys wait for the next start.
func (e *InstanceEdit) tellRestart(plan *ChangePlan, was *InstanceEdit) {
	if plan == nil || e.Before.Status == StatusStopped {
		return
	}
	for _, key := range sortedKeys(changedKeys(was.Config, e.Config)) {
		if !slices.ContainsFunc(liveKeys, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
			plan.NeedsRestart(key + " holds from the next start of " + e.Before.Name + " on")
		}
	}
}

// planned is the instance as a plan compares it: what LXD lets one change.
func (i *Instance) planned() map[string]any {
	return map[string]any{"name": i.Name, "description": i.Description, "config": i.Config, "devices": i.OwnDevices, "profiles": i.Profiles, "ephemeral": i.Ephemeral}
}
