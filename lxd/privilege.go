package lxd

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// What reaches the host is an administrator's, whoever runs the instance: with
// such a key or device an instance becomes root on LXD's host. The tables say
// what does not reach it; all else does. So a key that a newer LXD brings is an
// administrator's until somebody has looked at it.

// harmlessConfig are keys, or with a dot at the end beginnings of keys.
var harmlessConfig = []string{
	"user.", "environment.", "cloud-init.", "image.", "snapshots.", "security.protection.",
	"limits.cpu", "limits.cpu.allowance", "limits.cpu.priority", "limits.disk.priority", "limits.memory",
	"limits.memory.enforce", "limits.memory.swap", "limits.memory.swap.priority", "limits.network.priority", "limits.processes",
	"boot.autostart", "boot.autostart.delay", "boot.autostart.priority", "boot.stop.priority",
	"cluster.evacuate", "migration.stateful", "security.secureboot", "security.devlxd", "agent.nic_config",
}

// harmlessDevice are the options, by kind of device, that do not reach the
// host. A kind that is not here reaches it whatever its options.
var harmlessDevice = map[string][]string{
	"none": {},
	"disk": {"path", "pool", "source", "size", "size.state", "readonly", "required", "boot.priority", "limits.", "io."},
	"nic": {"network", "name", "hwaddr", "mtu", "ipv4.address", "ipv6.address", "boot.priority", "limits.",
		"security.mac_filtering", "security.ipv4_filtering", "security.ipv6_filtering", "security.port_isolation", "security.acls", "security.acls."},
}

// HostKey reports whether a configuration key reaches the host.
func HostKey(key string) bool { return !listed(harmlessConfig, key) }

// HostDevice says why a device reaches the host; "" when it does not.
func HostDevice(options StringMap) string {
	kind := options["type"]
	harmless, ok := harmlessDevice[kind]
	if !ok {
		return fmt.Sprintf("a device of type %q reaches the host", kind)
	}
	for _, option := range sortedKeys(options) {
		if option != "type" && !listed(harmless, option) {
			return fmt.Sprintf("the option %q of a %s reaches the host", option, kind)
		}
		if strings.ContainsFunc(options[option], unicode.IsControl) {
			return fmt.Sprintf("the option %q of a %s has a line break or another control character", option, kind)
		}
	}
	switch {
	case kind == "nic" && options["network"] == "":
		return "a nic without a managed network reaches the host's interfaces"
	case kind == "disk" && options["source"] != "" && (options["pool"] == "" || strings.HasPrefix(options["source"], "/") || strings.Contains(options["source"], "..")):
		return "a disk whose source is not a volume of a pool reaches the host's files"
	}
	return ""
}

// textKeys are the beginnings of keys whose values are free texts: LXD writes
// them into no file that it reads as configuration.
var textKeys = []string{"user.", "cloud-init.", "image."}

// hostValue says why a value reaches the host although its key does not; "" when
// it does not. LXD renders the pattern of snapshots' names as a template, which
// can read files of the host.
func hostValue(key, value string) string {
	switch {
	case key == "snapshots.pattern" && strings.Contains(value, "{%"):
		return "a snapshots.pattern with {% can read the host's files"
	case !listed(textKeys, key) && strings.ContainsFunc(value, unicode.IsControl):
		return fmt.Sprintf("the value of %q has a line break or another control character", key)
	}
	return ""
}

// checkKey refuses a key that would be more than one line of what LXD writes
// of it: 5.0.2 takes "environment.A=1\nlxc.hook.pre-start = /bin/sh" for a key
// and runs that as root on its host when the container starts (seen).
func checkKey(key string) error {
	if key == "" || len(key) > 255 || strings.ContainsFunc(key, unicode.IsControl) {
		return inputError("%q is no key: it has 1 to 255 characters and no line breaks", key)
	}
	return nil
}

func listed(table []string, key string) bool {
	return slices.ContainsFunc(table, func(entry string) bool {
		return key == entry || (strings.HasSuffix(entry, ".") && strings.HasPrefix(key, entry))
	})
}

// reachesHost is the first part of a configuration and devices that is an
// administrator's, with its argument below at; nil when there is none.
func reachesHost(at string, config StringMap, devices DeviceMap) error {
	for _, key := range sortedKeys(config) {
		if HostKey(key) {
			return hostError(at+"config."+key, fmt.Sprintf("the configuration key %q reaches the host", key))
		}
		if reason := hostValue(key, config[key]); reason != "" {
			return hostError(at+"config."+key, reason)
		}
	}
	for _, name := range sortedKeys(devices) {
		if reason := HostDevice(devices[name]); reason != "" {
			return hostError(at+"devices."+name, reason)
		}
	}
	return nil
}

func hostError(argument, reason string) error {
	return &ForbiddenError{Argument: argument, Reason: reason + ": only an ADMIN may set it"}
}
