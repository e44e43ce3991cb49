package lxdsim

import (
	_ "embed"
	"strings"
)

// extensionList is what a 5.0.2 daemon sends, one name a line.
//
//go:embed extensions.txt
var extensionList string

// serverName is how environment.server tells the simulator from an LXD.
const serverName = "lxdsim"

// httpsAddress is configured, so that tokens can be asked for; nobody listens.
const httpsAddress = "127.0.0.1:8443"

func (s *Server) getServer(r *request) (answer, error) {
	config := map[string]string{"core.https_address": httpsAddress}
	return answer{etag: etagOf(config), metadata: map[string]any{
		"config": config, "api_extensions": strings.Fields(extensionList),
		"api_status": "stable", "api_version": "1.0", "auth": "trusted",
		"public": false, "auth_methods": []string{"tls"},
		"environment": s.environment(r.project),
	}}, nil
}

type storageDriver struct {
	Name    string
	Version string
	Remote  bool
}

func (s *Server) environment(project string) map[string]any {
	return map[string]any{
		"addresses": []string{httpsAddress}, "architectures": []string{"x86_64", "i686"},
		"certificate": "", "certificate_fingerprint": strings.Repeat("0", 64),
		"driver": "lxc | qemu", "driver_version": "5.0.2 | 7.2.0", "firewall": "nftables",
		"kernel": "Linux", "kernel_architecture": "x86_64", "kernel_version": "6.1.0",
		"kernel_features": merged(map[string]string{"shiftfs": "false"}, features("idmapped_mounts", "netnsid_getifaddrs", "seccomp_listener", "seccomp_listener_continue", "uevent_injection", "unpriv_fscaps")),
		"lxc_features": features("cgroup2", "core_scheduling", "devpts_fd", "idmapped_mounts_v2", "mount_injection_file", "network_gateway_device_route",
			"network_ipvlan", "network_l2proxy", "network_phys_macvlan_mtu", "network_veth_router", "pidfd", "seccomp_allow_deny_syntax", "seccomp_notify", "seccomp_proxy_send_notify_fd"),
		"os_name": "Debian GNU/Linux", "os_version": "12", "project": project,
		"server": serverName, "server_clustered": false, "server_event_mode": "full-mesh",
		"server_name": "simulated", "server_pid": 1, "server_version": "5.0.2",
		"storage": "dir | zfs | btrfs", "storage_version": "1 | 2.1.11 | 6.2",
		"storage_supported_drivers": []storageDriver{{Name: "dir", Version: "1"}, {Name: "btrfs", Version: "6.2"}, {Name: "zfs", Version: "2.1.11"}},
	}
}

func features(names ...string) map[string]string {
	present := make(map[string]string, len(names))
	for _, name := range names {
		present[name] = "true"
	}
	return present
}
