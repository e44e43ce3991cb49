package lxd

import (
	"slices"
	"strings"
)

// NetworkNames are the networks that the instance's devices name, each once.
// Network is the device's own word for it, or the bridge that it hangs on.
func (i *Instance) NetworkNames() []string {
	return namesOf(i.ExpandedDevices, "nic", "network", "parent")
}

// PoolNames are the storage pools that the instance's disks are on, each once.
func (i *Instance) PoolNames() []string { return namesOf(i.ExpandedDevices, "disk", "pool") }

func namesOf(devices DeviceMap, kind string, options ...string) []string {
	var names []string
	for _, device := range sortedKeys(devices) {
		for _, option := range options {
			if name := devices[device][option]; devices[device]["type"] == kind && name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// RootPool is the storage pool of the root disk; "" when there is none.
func (i *Instance) RootPool() string {
	for _, device := range i.ExpandedDevices {
		if device["type"] == "disk" && device["path"] == "/" {
			return device["pool"]
		}
	}
	return ""
}

// Hwaddrs are the MAC addresses that are set for the instance's network
// interfaces, or that LXD has chosen: it keeps those in the configuration.
func (i *Instance) Hwaddrs() []string {
	var addresses []string
	for _, name := range sortedKeys(i.ExpandedDevices) {
		for _, address := range []string{i.ExpandedDevices[name]["hwaddr"], i.ExpandedConfig.Get("volatile." + name + ".hwaddr")} {
			if address = strings.ToLower(address); address != "" && !slices.Contains(addresses, address) {
				addresses = append(addresses, address)
			}
		}
	}
	return addresses
}
