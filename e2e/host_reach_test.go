package e2e

import "testing"

// Whatever reaches the host is refused to an OPERATOR, key by key and way by way:
// in a new instance, in a change of one, and in a copy. ADMINs may.
func TestNothingReachesTheHost(t *testing.T) {
	type m = map[string]any
	configs := []string{
		"raw.lxc", "raw.qemu", "raw.apparmor", "raw.seccomp", "raw.idmap", "security.privileged", "security.nesting",
		"security.syscalls.allow", "security.syscalls.deny", "security.syscalls.deny_default", "security.syscalls.intercept.mount",
		"security.syscalls.intercept.mknod", "security.syscalls.intercept.mount.allowed", "security.idmap.base", "security.idmap.isolated", "security.idmap.size",
		"linux.kernel_modules", "linux.sysctl.kernel.core_pattern", "boot.host_shutdown_timeout", "limits.kernel.nofile", "limits.memory.hugepages",
		"nvidia.runtime", "nvidia.driver.capabilities", "security.agent.metrics", "security.devlxd.images", "volatile.idmap.next", "volatile.eth0.hwaddr", "a.key.of.tomorrow",
	}
	devices := m{
		"disk of the host":   m{"type": "disk", "source": "/etc", "path": "/mnt"},
		"disk out of a pool": m{"type": "disk", "pool": "default", "source": "../../etc", "path": "/mnt"},
		"disk with options":  m{"type": "disk", "pool": "default", "source": "v", "path": "/mnt", "raw.mount.options": "suid"},
		"disk, shifted":      m{"type": "disk", "pool": "default", "source": "v", "path": "/mnt", "shift": "true"},
		"unix-char":          m{"type": "unix-char", "path": "/dev/mem"},
		"unix-block":         m{"type": "unix-block", "path": "/dev/sda"},
		"unix-hotplug":       m{"type": "unix-hotplug", "vendorid": "1"},
		"usb":                m{"type": "usb"},
		"gpu":                m{"type": "gpu"},
		"pci":                m{"type": "pci", "address": "0000:00:00.0"},
		"tpm":                m{"type": "tpm", "path": "/dev/tpm0"},
		"infiniband":         m{"type": "infiniband", "parent": "ib0", "nictype": "physical"},
		"proxy":              m{"type": "proxy", "listen": "tcp:0.0.0.0:80", "connect": "tcp:127.0.0.1:80"},
		"nic of the host":    m{"type": "nic", "nictype": "physical", "parent": "eth0"},
		"nic on a bridge":    m{"type": "nic", "nictype": "bridged", "parent": "br0"},
		"nic with routes":    m{"type": "nic", "network": "lxdbr0", "ipv4.routes": "0.0.0.0/0"},
		"nic with a name":    m{"type": "nic", "network": "lxdbr0", "host_name": "eth0"},
		"unknown":            m{"type": "of tomorrow"},
		"no type":            m{"path": "/mnt"},
	}
	server := onRealLXD(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, server.login(t), createBusybox, m{"name": name, "project": project, "wait": 60})
	server.demote(t, "OPERATOR")
	operator := server.login(t)
	ways := map[string]string{
		"create": `mutation($p: String, $c: StringMap, $d: DeviceMap) { createInstance(input: {name: "other", project: $p, source: {alias: "busybox"}, config: $c, devices: $d}) { instance { name } } }`,
		"update": `mutation($n: String!, $p: String, $c: StringMap, $d: DeviceMap) { updateInstance(name: $n, project: $p, input: {config: $c, devices: $d}) { instance { name } } }`,
		"copy":   `mutation($n: String!, $p: String, $c: StringMap, $d: DeviceMap) { copyInstance(name: $n, project: $p, input: {name: "other", config: $c, devices: $d}) { instance { name } } }`,
	}
	refused := func(way, what, argument string, asked m) {
		t.Helper()
		asked["p"] = project
		if way != "create" {
			asked["n"] = name
		}
		got := server.ask(t, operator, ways[way], asked)
		if got.code() != "FORBIDDEN" || got.Errors[0].Extensions["argument"] != argument {
			t.Errorf("%s with %s: %s", way, what, got.Text)
		}
	}
	for way := range ways {
		for _, key := range configs {
			refused(way, key, "input.config."+key, m{"c": m{key: "1"}})
		}
		for what, device := range devices {
			refused(way, what, "input.devices.d", m{"d": m{"d": device}})
		}
	}
	for _, source := range []string{`{alias: "x", server: "https://127.0.0.1:1"}`, `{type: MIGRATION, server: "https://127.0.0.1:1/1.0/operations/x", secrets: {control: "x"}}`} {
		got := server.ask(t, operator, `mutation($p: String) { createInstance(input: {name: "other", project: $p, source: `+source+`}) { instance { name } } }`, m{"p": project})
		if got.code() != "FORBIDDEN" || got.Errors[0].Extensions["argument"] != "input.source.server" {
			t.Errorf("a server that the caller names: %s", got.Text)
		}
	}
	if left := server.must(t, operator, `query($p: String) { instances(project: $p) { totalCount nodes { config devices { name } } } }`, m{"p": project}); left.at("instances", "totalCount") != 1.0 || left.at("instances", "nodes", 0, "devices", 2) != nil {
		t.Errorf("something was made: %s", left.Text)
	}
}
