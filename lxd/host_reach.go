package lxd

import (
	"context"
	"fmt"
	"strings"
)

// confiningConfig are keys that only an administrator sets, because they take
// from other instances or hold up the host, but by which nobody gets out of an
// instance. In the form of [harmlessConfig].
var confiningConfig = []string{
	"volatile.", "boot.host_shutdown_timeout", "limits.kernel.", "limits.hugepages.", "limits.memory.hugepages", "limits.memory.oom_priority",
	"security.syscalls.deny", "security.syscalls.deny_default", "security.syscalls.deny_compat", "security.syscalls.blacklist", "security.syscalls.blacklist_default", "security.syscalls.blacklist_compat",
	"security.idmap.isolated", "security.idmap.size", "security.csm", "security.sev", "security.sev.", "migration.incremental.memory", "migration.incremental.memory.", "cluster.", "placement.",
}

// HostReach says by what an instance reaches the host, its profiles' part too;
// none where it does not. It needs what an instance's list has.
func (i *Instance) HostReach() []string {
	var reasons []string
	config := i.ExpandedConfig.Map()
	for _, key := range sortedKeys(config) {
		value := config[key]
		switch {
		case value == "" || value == "0" || strings.EqualFold(value, "false"):
		case HostKey(key) && !listed(confiningConfig, key):
			reasons = append(reasons, key)
		case hostValue(key, value) != "":
			reasons = append(reasons, key)
		}
	}
	for _, name := range sortedKeys(i.ExpandedDevices) {
		if reason := HostDevice(i.ExpandedDevices[name]); reason != "" {
			reasons = append(reasons, fmt.Sprintf("the device %s (%s)", name, reason))
		}
	}
	return reasons
}

// HostReaching lists the instances of all projects that reach the host, for an
// administrator of the server.
func (c *Client) HostReaching(ctx context.Context, as Scope) ([]*Instance, error) {
	if err := administer(as); err != nil {
		return nil, err
	}
	instances, err := c.Instances(ctx, as, InstanceList{AllProjects: true, Detail: DetailObject})
	var reaching []*Instance
	for _, instance := range instances {
		if len(instance.HostReach()) > 0 {
			reaching = append(reaching, instance)
		}
	}
	return reaching, err
}
