package lxd

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// Instance is a container or a virtual machine.
type Instance struct {
	Name            string         `json:"name"`
	Description     string         `json:"description"`
	Status          InstanceStatus `json:"status"`
	Type            InstanceType   `json:"type"`
	Project         string         `json:"project"`
	Member          string         `json:"location"`
	CreatedAt       Time           `json:"created_at"`
	LastUsedAt      Time           `json:"last_used_at"`
	Architecture    string         `json:"architecture"`
	Ephemeral       bool           `json:"ephemeral"`
	Stateful        bool           `json:"stateful"`
	Config          StringMap      `json:"config"`
	ExpandedConfig  StringMap      `json:"expanded_config"`
	OwnDevices      DeviceMap      `json:"devices"`
	ExpandedDevices DeviceMap      `json:"expanded_devices"`
	Profiles        []string       `json:"profiles"`
	// State and Snapshots are there only after a read that asked for them.
	State     *InstanceState      `json:"state"`
	Snapshots []*InstanceSnapshot `json:"snapshots"`

	server string
	full   bool
}

// IsNode marks that an instance has an id.
func (*Instance) IsNode() {}

// ID is the instance's id.
func (i *Instance) ID() string {
	return ID{Server: i.server, Kind: "Instance", Project: i.Project, Name: i.Name}.String()
}

// Full reports whether State and Snapshots were read.
func (i *Instance) Full() bool { return i.full }

// Location is the cluster member; nil outside a cluster, where LXD says "none" or nothing.
func (i *Instance) Location() *string { return location(i.Member) }

func location(member string) *string {
	if member == "none" {
		return nil
	}
	return optional(member)
}

// Tags are the entries of the config key user.tags.
func (i *Instance) Tags() []string {
	tags := []string{}
	for tag := range strings.SplitSeq(i.ExpandedConfig["user.tags"], ",") {
		if tag = strings.TrimSpace(tag); tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// Limits are read out of the configuration.
func (i *Instance) Limits() *InstanceLimits {
	return &InstanceLimits{
		CPU:         optional(i.ExpandedConfig["limits.cpu"]),
		MemoryBytes: parseBytes(i.ExpandedConfig["limits.memory"]),
	}
}

// InstanceLimits is what an instance may use at most; nil is no limit.
type InstanceLimits struct {
	CPU         *string
	MemoryBytes *int64
}

// ImageFingerprint is the image that the instance was made of; "" for none.
// LXD keeps it in the configuration only.
func (i *Instance) ImageFingerprint() string { return i.ExpandedConfig["volatile.base_image"] }

// Devices are the instance's own and those of its profiles.
func (i *Instance) Devices() []Device { return devices(i.ExpandedDevices, i.OwnDevices) }

// InstanceDetail is how much of each instance is read.
type InstanceDetail string

// The details are LXD's recursion: the last costs LXD 2 to 6 ms per instance.
const (
	DetailNames  InstanceDetail = "0"
	DetailObject InstanceDetail = "1"
	DetailFull   InstanceDetail = "2"
)

// InstanceList says which instances to list.
type InstanceList struct {
	// Project is the project; "" is "default".
	Project string
	// AllProjects lists what the scope allows in every project.
	AllProjects bool
	// Type is one kind of instance; "" is both.
	Type InstanceType
	// Detail is how much of each is read; "" is DetailObject.
	Detail InstanceDetail
}

// Instances lists instances, in LXD's order. A project that does not exist is
// an *Error with status 404.
func (c *Client) Instances(ctx context.Context, as Scope, list InstanceList) ([]*Instance, error) {
	if list.AllProjects {
		return c.allInstances(ctx, as, list)
	}
	if err := enter(as, projectOrDefault(list.Project), false); err != nil {
		return nil, err
	}
	instances, err := c.listInstances(ctx, in(list.Project, path("instances")), list)
	if err == nil && len(instances) == 0 && projectOrDefault(list.Project) != "default" {
		// LXD answers an empty list for a project that does not exist (seen on 5.0.2).
		_, err = c.Project(ctx, as, list.Project)
	}
	return instances, err
}

// allInstances asks per project where LXD refuses to answer for all: it does
// so to a certificate that is restricted to some (seen on 5.0.2).
func (c *Client) allInstances(ctx context.Context, as Scope, list InstanceList) ([]*Instance, error) {
	instances, err := c.listInstances(ctx, "/1.0/instances?all-projects=true", list)
	if isStatus(err, http.StatusForbidden) {
		return c.instancesPerProject(ctx, as, list)
	}
	return slices.DeleteFunc(instances, func(i *Instance) bool { return !as.Allows(i.Project, false) }), err
}

func (c *Client) instancesPerProject(ctx context.Context, as Scope, list InstanceList) ([]*Instance, error) {
	projects, err := c.Projects(ctx, as)
	if err != nil {
		return nil, err
	}
	var all []*Instance
	for _, project := range projects {
		list.AllProjects, list.Project = false, project.Name
		instances, err := c.Instances(ctx, as, list)
		if err != nil {
			return nil, err
		}
		all = append(all, instances...)
	}
	return all, nil
}

func (c *Client) listInstances(ctx context.Context, address string, list InstanceList) ([]*Instance, error) {
	detail := list.Detail
	if detail == "" {
		detail = DetailObject
	}
	address += "&recursion=" + string(detail)
	if word := list.Type.word(); word != "" {
		address += "&instance-type=" + word
	}
	if detail == DetailNames {
		return c.instanceNames(ctx, address)
	}
	instances, err := get[[]*Instance](ctx, c, address)
	for _, instance := range instances {
		instance.adopt(c, detail == DetailFull)
	}
	return instances, err
}

// Instance reads one instance with its state and snapshots.
func (c *Client) Instance(ctx context.Context, as Scope, project, name string) (*Instance, error) {
	return c.instance(ctx, as, project, name, true)
}

// InstanceObject reads one instance without its state and snapshots, which is cheaper.
func (c *Client) InstanceObject(ctx context.Context, as Scope, project, name string) (*Instance, error) {
	return c.instance(ctx, as, project, name, false)
}

func (c *Client) instance(ctx context.Context, as Scope, project, name string, full bool) (*Instance, error) {
	project = projectOrDefault(project)
	if !as.Allows(project, false) || name == "" {
		return nil, hidden("Instance")
	}
	address := in(project, path("instances", name))
	if full {
		address += "&recursion=1"
	}
	instance, err := get[*Instance](ctx, c, address)
	if err != nil {
		return nil, err
	}
	instance.Project = project // older releases leave it out of a single answer
	instance.adopt(c, full)
	return instance, nil
}

// adopt fills in what LXD leaves out.
func (i *Instance) adopt(c *Client, full bool) {
	i.server, i.full = c.Name(), full
	i.Project = projectOrDefault(i.Project)
	if i.State != nil {
		i.State.Memory.limit = i.Limits().MemoryBytes
	}
	for _, snapshot := range i.Snapshots {
		snapshot.instance = i
	}
}
