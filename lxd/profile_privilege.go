package lxd

import (
	"context"
	"fmt"
)

// mayEditProfile refuses a change of a profile that reaches the host, or takes
// away what does, to all but administrators of the server. Instances put
// profiles on top of each other: so it refuses as well to take a device away
// that hides one of another profile that reaches the host.
func (c *Client) mayEditProfile(ctx context.Context, as Scope, project, name string, was, is *InstanceEdit) error {
	if as.Allows("", true) {
		return nil
	}
	if err := changeReachesHost("input.", was, is); err != nil {
		return err
	}
	if err := c.mayUseVolumes(ctx, as, project, was.Devices, is.Devices); err != nil {
		return err
	}
	hiding := DeviceMap{}
	for device, options := range was.Devices {
		if is.Devices[device] == nil {
			hiding[device] = options
		}
	}
	if len(hiding) == 0 {
		return nil
	}
	profiles, err := c.Profiles(ctx, System, project)
	if err != nil {
		return err
	}
	for _, other := range profiles {
		for _, device := range sortedKeys(hiding) {
			if options := other.OwnDevices[device]; other.Name != name && options != nil && HostDevice(options) != "" {
				return hostError("input.devices."+device, fmt.Sprintf("without it the device %q of the profile %s, which reaches the host, comes to light", device, other.Name))
			}
		}
	}
	return nil
}

// changeReachesHost is the first part of a change that reaches the host, or
// that changes or takes away what does, with its argument below at; nil when
// there is none.
func changeReachesHost(at string, was, is *InstanceEdit) error {
	if err := reachesHost(at, changedKeys(was.Config, is.Config), nil); err != nil {
		return err
	}
	for _, devices := range [][2]DeviceMap{{is.Devices, was.Devices}, {was.Devices, is.Devices}} {
		changed := DeviceMap{}
		for name, options := range devices[0] {
			if len(changedKeys(options, devices[1][name])) > 0 || len(options) == 0 {
				changed[name] = options
			}
		}
		if err := reachesHost(at, nil, changed); err != nil {
			return err
		}
	}
	return nil
}
