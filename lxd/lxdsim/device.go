package lxdsim

import "slices"

// device is one device with its keys; devices are the named ones of an object.
type (
	device  map[string]string
	devices map[string]device
)

var deviceTypes = []string{
	"none", "nic", "infiniband", "disk", "unix-char", "unix-block", "unix-hotplug", "usb", "gpu", "tpm", "proxy", "pci",
}

func (d devices) any(holds func(device) bool) bool {
	for _, one := range d {
		if holds(one) {
			return true
		}
	}
	return false
}

// unknownType names a device whose type LXD does not have.
func (d devices) unknownType() (name, kind string, found bool) {
	for name, one := range d {
		if !slices.Contains(deviceTypes, one["type"]) {
			return name, one["type"], true
		}
	}
	return "", "", false
}

// root is the disk of the instance itself.
func (d devices) root() (device, bool) {
	for _, one := range d {
		if one["type"] == "disk" && one["path"] == "/" && one["pool"] != "" {
			return one, true
		}
	}
	return nil, false
}
