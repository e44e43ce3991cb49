package lxd

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// InstanceLog is a file that LXD has written about an instance.
type InstanceLog struct {
	Name string

	instance *Instance
}

// Instance is whose log it is.
func (l *InstanceLog) Instance() *Instance { return l.instance }

// openLogs are what LXD itself says while it runs an instance. The others hold
// secrets: lxc.conf and qemu.conf have the environment and what is raw (seen on
// 5.0.2), exec_* what commands printed, console.log what was done at the console.
var openLogs = []string{"lxc.log", "qemu.log", "qemu.early.log", "edk2.log", "forkstart.log", "proxy.log"}

// LogSize is how much of a log is read at most.
const LogSize = 1 << 20

// InstanceLogs lists the logs of one instance, by name.
func (c *Client) InstanceLogs(ctx context.Context, as Scope, instance *Instance) ([]*InstanceLog, error) {
	if !as.Allows(instance.Project, false) {
		return nil, hidden("Instance")
	}
	addresses, err := get[[]string](ctx, c, in(instance.Project, path("instances", instance.Name, "logs")))
	logs := make([]*InstanceLog, 0, len(addresses))
	for _, address := range addresses {
		address, _, _ = strings.Cut(address, "?")
		name, bad := url.PathUnescape(address[strings.LastIndexByte(address, '/')+1:])
		if bad == nil && name != "" {
			logs = append(logs, &InstanceLog{Name: name, instance: instance})
		}
	}
	slices.SortFunc(logs, func(a, b *InstanceLog) int { return strings.Compare(a.Name, b.Name) })
	return logs, err
}

// LogContent reads the last bytes of a log.
func (c *Client) LogContent(ctx context.Context, as Scope, log *InstanceLog, most int) (string, error) {
	instance := log.instance
	if !as.Allows(instance.Project, false) {
		return "", hidden("Instance")
	}
	if !slices.Contains(openLogs, log.Name) && !SeesSecrets(as, instance.Project) {
		return "", &ForbiddenError{Project: instance.Project, Reason: "the log " + log.Name + " may hold secrets of the instance: an OPERATOR may read it"}
	}
	content, err := c.tail(ctx, in(instance.Project, path("instances", instance.Name, "logs", log.Name)), most)
	return printable(content), err
}

// ConsoleLog reads the last bytes of what a container's console showed; nil for
// a virtual machine. LXD answers an error where the container never ran. Each
// read takes from a running container's console what it gives (seen on 5.0.2).
func (c *Client) ConsoleLog(ctx context.Context, as Scope, instance *Instance, most int) (*string, error) {
	if !as.Allows(instance.Project, false) {
		return nil, hidden("Instance")
	}
	if !SeesSecrets(as, instance.Project) {
		return nil, &ForbiddenError{Project: instance.Project, Reason: "the console shows what is done inside the instance: an OPERATOR may read its log"}
	}
	if instance.Type != TypeContainer {
		return nil, nil
	}
	content, err := c.tail(ctx, in(instance.Project, path("instances", instance.Name, "console")), most)
	if isMessage(err, "open : no such file or directory") { // a console that showed nothing (seen on 5.0.2)
		err = nil
	}
	if err != nil {
		return nil, err
	}
	content = printable(content)
	return &content, nil
}

// printable is a text that JSON can carry: logs hold any bytes.
func printable(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
