package lxd

import (
	"context"
	"maps"
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
	operation, err := c.edit(ctx, as, plan, before.Project, address, ifMatch, func(current object) error {
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
		if err := c.lookFor(ctx, plan, before.Project, was, edit); err != nil {
			return err
		}
		if err := c.fitsLimits(ctx, plan, before.Project, was, edit, nil); err != nil {
			return err
		}
		edit.tellRestart(plan, was)
		return edit.to(current)
	})
	return operation, told(err, []telling{{"Reached maximum", asLimit}, {"either directly or via a profile", asInput("")}})
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

// mayEdit refuses a change that reaches the host, takes away what does, or brings
// to light what a profile has below, to all but administrators of the server, and
// volumes that are not the caller's to change.
func (c *Client) mayEdit(ctx context.Context, as Scope, instance *Instance, was, is *InstanceEdit) error {
	if as.Allows("", true) {
		return nil
	}
	if err := changeReachesHost("input.", was, is); err != nil {
		return err
	}
	if err := c.mayUseVolumes(ctx, as, instance.Project, was.Devices, is.Devices); err != nil {
		return err
	}
	added := slices.DeleteFunc(slices.Clone(is.Profiles), func(name string) bool { return slices.Contains(was.Profiles, name) })
	if err := c.mayUseProfiles(ctx, instance.Project, added); err != nil {
		return err
	}
	if slices.Equal(was.Profiles, is.Profiles) && !missing(was.Devices, is.Devices) && !missing(was.Config, is.Config) {
		return nil
	}
	_, profiles, err := c.usableProfiles(ctx, instance.Project)
	if err != nil {
		return err
	}
	if err := changeReachesHost("", was.expanded(profiles), is.expanded(profiles)); err != nil {
		return &ForbiddenError{Argument: "input", Reason: "without it a profile's own comes to light: " + err.Error()}
	}
	return nil
}

// missing reports whether the second has not all keys of the first.
func missing[V any](was, is map[string]V) bool {
	for key := range was {
		if _, ok := is[key]; !ok {
			return true
		}
	}
	return false
}

// expanded is what holds when the profiles, in order, are below its own.
func (e *InstanceEdit) expanded(profiles []*Profile) *InstanceEdit {
	whole := &InstanceEdit{Config: StringMap{}, Devices: DeviceMap{}}
	for _, name := range e.Profiles {
		for _, profile := range profiles {
			if profile.Name == name {
				maps.Copy(whole.Config, profile.Config)
				maps.Copy(whole.Devices, profile.OwnDevices)
			}
		}
	}
	maps.Copy(whole.Config, e.Config)
	maps.Copy(whole.Devices, e.Devices)
	return whole
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
