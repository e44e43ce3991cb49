package lxd

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// hostKeys are, key by key, what an instance could become root on the host with.
var hostKeys = []string{
	"raw.lxc", "raw.qemu", "raw.apparmor", "raw.seccomp", "raw.idmap", "raw.anything",
	"security.privileged", "security.nesting", "security.syscalls.allow", "security.syscalls.deny", "security.syscalls.deny_default",
	"security.syscalls.intercept.mount", "security.syscalls.intercept.mknod", "security.idmap.base", "security.idmap.isolated", "security.idmap.size",
	"linux.kernel_modules", "linux.sysctl.kernel.core_pattern", "boot.host_shutdown_timeout", "boot.host_shutdown_action",
	"limits.memory.hugepages", "limits.kernel.nofile", "nvidia.runtime", "volatile.idmap.next", "volatile.base_image",
	"security.devlxd.images", "migration.incremental.memory", "unknown.key", "",
}

func TestKeysThatReachTheHost(t *testing.T) {
	for _, key := range hostKeys {
		if !HostKey(key) {
			t.Errorf("%q has to be an administrator's", key)
		}
	}
	for _, key := range []string{"limits.cpu", "limits.memory", "user.tags", "boot.autostart", "cloud-init.user-data", "environment.A", "snapshots.schedule", "security.protection.delete"} {
		if HostKey(key) {
			t.Errorf("%q reaches nothing", key)
		}
	}
}

func TestDevicesThatReachTheHost(t *testing.T) {
	for text, reaches := range map[string]bool{
		`{"type":"disk","source":"/","path":"/mnt"}`:                        true,
		`{"type":"disk","source":"/etc","path":"/mnt","pool":"default"}`:    true,
		`{"type":"disk","source":"ceph:x/y","path":"/mnt"}`:                 true,
		`{"type":"disk","path":"/","pool":"p","raw.mount.options":"dev"}`:   true,
		`{"type":"disk","path":"/mnt","pool":"p","source":"v","shift":"1"}`: true,
		`{"type":"nic","nictype":"physical","parent":"eth0"}`:               true,
		`{"type":"nic","nictype":"macvlan","parent":"eth0"}`:                true,
		`{"type":"nic"}`: true,
		`{"type":"nic","network":"n","ipv4.routes":"0.0.0.0/0"}`: true,
		`{"type":"nic","network":"n","host_name":"eth0"}`:        true,
		`{"type":"unix-char","path":"/dev/mem"}`:                 true,
		`{"type":"unix-block","path":"/dev/sda"}`:                true,
		`{"type":"unix-hotplug"}`:                                true,
		`{"type":"usb"}`:                                         true,
		`{"type":"gpu"}`:                                         true,
		`{"type":"pci"}`:                                         true,
		`{"type":"tpm"}`:                                         true,
		`{"type":"infiniband"}`:                                  true,
		`{"type":"proxy"}`:                                       true,
		`{"type":"new"}`:                                         true,
		`{}`:                                                     true,
		`{"type":"none"}`:                                        false,
		`{"type":"nic","network":"lxdbr0","name":"eth0"}`:        false,
		`{"type":"disk","path":"/","pool":"p","size":"1GiB"}`:    false,
		`{"type":"disk","path":"/mnt","pool":"p","source":"v"}`:  false,
	} {
		var options StringMap
		if err := json.Unmarshal([]byte(text), &options); err != nil {
			t.Fatal(err)
		}
		if reason := HostDevice(options); (reason != "") != reaches {
			t.Errorf("%s: %q", text, reason)
		}
	}
}

// operator may change a project and is no administrator of the server.
type operator struct{}

func (operator) Allows(project string, write bool) bool { return project != "" || !write }

// The gate is in the call itself: nothing is sent to LXD.
func TestAnOperatorCannotReachTheHostByCreating(t *testing.T) {
	sent := 0
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodGet:
			sent++
		case strings.HasPrefix(r.URL.Path, "/1.0/profiles"):
			io.WriteString(w, `{"type":"sync","metadata":[{"name":"default"},{"name":"root","config":{"security.privileged":"true"}}]}`)
		default:
			io.WriteString(w, `{"type":"sync","metadata":{"name":"default"}}`)
		}
	})
	alias := "busybox"
	for argument, input := range map[string]*CreateInstanceInput{
		"input.config.security.privileged": {Config: StringMap{"security.privileged": "true", "limits.cpu": "1"}},
		"input.devices.disk":               {Devices: DeviceMap{"disk": {"type": "disk", "source": "/", "path": "/host"}}},
		"input.profiles":                   {Profiles: []string{"default", "root"}},
	} {
		input.Name, input.Source = "c1", &InstanceSource{Type: SourceImage, Alias: &alias}
		var forbidden *ForbiddenError
		if _, err := client.CreateInstance(t.Context(), operator{}, nil, input); !errors.As(err, &forbidden) || forbidden.Argument != argument {
			t.Errorf("%s: %v", argument, err)
		}
	}
	if sent != 0 {
		t.Errorf("%d changes were sent", sent)
	}
}
