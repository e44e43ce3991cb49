package lxd

import (
	"io"
	"strings"
)

// DeviceMap is LXD's form of devices: by name, each an object of strings.
type DeviceMap map[string]StringMap

// UnmarshalGQL reads a JSON object of objects.
func (m *DeviceMap) UnmarshalGQL(value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		return inputError(`devices are a JSON object such as {"eth0": {"type": "nic", "network": "lxdbr0"}}, not %s`, jsonKind(value))
	}
	*m = make(DeviceMap, len(object))
	for name, entry := range object {
		if err := checkKey(name); err != nil {
			return err
		}
		var options StringMap
		if err := options.UnmarshalGQL(entry); err != nil {
			return inputError("the device %q: %w", name, err)
		}
		(*m)[name] = options
	}
	return nil
}

// DeviceType is a kind of device.
type DeviceType string

// Device is a device of an instance or of a profile; its Go type is its kind.
type Device interface {
	// IsDevice marks the kinds.
	IsDevice()
	// hide takes away the options that may hold secrets.
	hide()
}

// VisibleDevices are devices without the options that the caller may not see.
// They have to be the caller's own: they are changed.
func VisibleDevices(devices []Device, secrets bool) []Device {
	if !secrets {
		for _, device := range devices {
			device.hide()
		}
	}
	return devices
}

// device is what every kind has.
type device struct {
	Name string
	Type DeviceType
	// Inherited is whether a profile brings it.
	Inherited bool

	options StringMap // LXD's own, which are not written to
	owner   Owner
	hides   bool
}

func (d *device) hide() { d.hides = true }

// option is the value of one of LXD's options that the caller may see; "" for none.
func (d *device) option(key string) string {
	if d.hides && IsSecretKey(key) {
		return ""
	}
	return d.options[key]
}

// Config are LXD's options without the type and what is hidden, in a map of the
// caller's own.
func (d *device) Config() StringMap {
	config := d.options.Visible("", !d.hides)
	delete(config, "type")
	return config
}

// HiddenConfigKeys are the options that are not in Config.
func (d *device) HiddenConfigKeys() []string { return d.options.Hidden(!d.hides) }

// Owner is what a device belongs to.
type Owner struct {
	// Project is the project of the instance or profile.
	Project string
	// Instance is nil where the device is a profile's.
	Instance *Instance
}

// Owner is what the device belongs to.
func (d *device) Owner() Owner { return d.owner }

// IsDevice marks that it is a kind of device.
func (device) IsDevice() {}

// The kinds of device.
type (
	// NoneDevice is described in device.graphqls.
	NoneDevice struct{ device }
	// NicDevice is described in device.graphqls.
	NicDevice struct{ device }
	// DiskDevice is described in device.graphqls.
	DiskDevice struct{ device }
	// UnixCharDevice is described in device.graphqls.
	UnixCharDevice struct{ device }
	// UnixBlockDevice is described in device.graphqls.
	UnixBlockDevice struct{ device }
	// UsbDevice is described in device.graphqls.
	UsbDevice struct{ device }
	// GpuDevice is described in device.graphqls.
	GpuDevice struct{ device }
	// InfinibandDevice is described in device.graphqls.
	InfinibandDevice struct{ device }
	// ProxyDevice is described in device.graphqls.
	ProxyDevice struct{ device }
	// UnixHotplugDevice is described in device.graphqls.
	UnixHotplugDevice struct{ device }
	// TpmDevice is described in device.graphqls.
	TpmDevice struct{ device }
	// PciDevice is described in device.graphqls.
	PciDevice struct{ device }
	// UnknownDevice is described in device.graphqls.
	UnknownDevice struct{ device }
)

// devices are the expanded devices by name; those that are not among the
// object's own come from a profile.
func devices(owner Owner, expanded, own DeviceMap) []Device {
	list := make([]Device, 0, len(expanded))
	for _, name := range sortedKeys(expanded) {
		_, local := own[name]
		list = append(list, newDevice(owner, name, expanded[name], !local))
	}
	return list
}

func newDevice(owner Owner, name string, options StringMap, inherited bool) Device {
	base := device{Name: name, Inherited: inherited, options: options, owner: owner}
	switch options["type"] { // nearly all are one of the first two
	case "nic":
		base.Type = "NIC"
		return &NicDevice{base}
	case "disk":
		base.Type = "DISK"
		return &DiskDevice{base}
	}
	base.Type = DeviceType(strings.ToUpper(strings.ReplaceAll(options["type"], "-", "_")))
	switch options["type"] {
	case "none":
		return &NoneDevice{base}
	case "unix-char":
		return &UnixCharDevice{base}
	case "unix-block":
		return &UnixBlockDevice{base}
	case "usb":
		return &UsbDevice{base}
	case "gpu":
		return &GpuDevice{base}
	case "infiniband":
		return &InfinibandDevice{base}
	case "proxy":
		return &ProxyDevice{base}
	case "unix-hotplug":
		return &UnixHotplugDevice{base}
	case "tpm":
		return &TpmDevice{base}
	case "pci":
		return &PciDevice{base}
	}
	base.Type = "UNKNOWN"
	return &UnknownDevice{base}
}

// Hwaddr is the MAC address that the options set.
func (d *NicDevice) Hwaddr() *string { return optional(d.option("hwaddr")) }

// NicType is LXD's nictype.
func (d *NicDevice) NicType() *string { return optional(d.option("nictype")) }

// Parent is the host's interface.
func (d *NicDevice) Parent() *string { return optional(d.option("parent")) }

// Path is where the instance sees the disk.
func (d *DiskDevice) Path() *string { return optional(d.option("path")) }

// Source is the volume's name or a path of the host.
func (d *DiskDevice) Source() *string { return optional(d.option("source")) }

// ReadOnly is whether the instance may only read the disk.
func (d *DiskDevice) ReadOnly() bool { return isTrue(d.option("readonly")) }

// Listen is the address that is listened on.
func (d *ProxyDevice) Listen() string { return d.option("listen") }

// Connect is the address that connections are forwarded to.
func (d *ProxyDevice) Connect() string { return d.option("connect") }

// isTrue reads a boolean as LXD's configuration writes it.
func isTrue(text string) bool {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on":
		return true
	}
	return false
}

// MarshalGQL writes a JSON object of objects.
func (m DeviceMap) MarshalGQL(w io.Writer) { writeJSON(w, m) }
