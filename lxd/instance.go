package lxd

import (
	"context"
	"slices"
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
	ExpandedConfig  ExpandedConfig `json:"expanded_config"`
	OwnDevices      DeviceMap      `json:"devices"`
	ExpandedDevices DeviceMap      `json:"expanded_devices"`
	Profiles        []string       `json:"profiles"`
	// AccessEntitlements is nil where LXD does not tell.
	AccessEntitlements []string `json:"access_entitlements"`
	// State, Snapshots and Backups are there only after a read that asked for them.
	State     *InstanceState      `json:"state"`
	Snapshots []*InstanceSnapshot `json:"snapshots"`
	Backups   []*InstanceBackup   `json:"backups"`

	server string
	full   bool
	// tags and limits are read out of the configuration once; nil before that.
	tags   []string
	limits *InstanceLimits
	// id is the text of the ID of a project and a name.
	id   string
	idOf [2]string
}

// IsNode marks that an instance has an id.
func (*Instance) IsNode() {}

// ID is the instance's id.
func (i *Instance) ID() string {
	if i.id != "" && i.idOf == [2]string{i.Project, i.Name} {
		return i.id
	}
	return ID{Server: i.server, Kind: "Instance", Project: i.Project, Name: i.Name}.String()
}

// Full reports whether State, Snapshots and Backups were read.
func (i *Instance) Full() bool { return i.full }

// Location is the cluster member; nil outside a cluster, where LXD says "none" or nothing.
func (i *Instance) Location() *string { return location(&i.Member) }

// Unreachable reports whether the instance is on a cluster member that is away: LXD
// has of it nothing but the name, and what else is read of it takes 10 seconds to
// fail (seen on 5.0.2).
func (i *Instance) Unreachable() bool {
	return i.Status == StatusError && i.Location() != nil && len(i.Config) == 0
}

func location(member *string) *string {
	if *member == "none" || *member == "" {
		return nil
	}
	return member
}

// Tags are the entries of the config key user.tags.
func (i *Instance) Tags() []string {
	if i.tags == nil {
		return i.ExpandedConfig.Tags()
	}
	return i.tags
}

// Limits are read out of the configuration.
func (i *Instance) Limits() *InstanceLimits {
	if i.limits != nil {
		return i.limits
	}
	return &InstanceLimits{
		CPU:         optional(i.ExpandedConfig.Get("limits.cpu")),
		MemoryBytes: parseBytes(i.ExpandedConfig.Get("limits.memory")),
	}
}

// InstanceLimits is what an instance may use at most; nil is no limit.
type InstanceLimits struct {
	CPU         *string
	MemoryBytes *int64
}

// ImageFingerprint is the image that the instance was made of; "" for none.
// LXD keeps it in the configuration only.
func (i *Instance) ImageFingerprint() string { return i.ExpandedConfig.Get("volatile.base_image") }

// Devices are the instance's own and those of its profiles.
func (i *Instance) Devices() []Device {
	return devices(Owner{i.Project, i}, i.ExpandedDevices, i.OwnDevices)
}

// Instance reads one instance with its state and snapshots. It may be others'
// who ask at the moment too, and must not be changed.
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
	address += c.entitlements(ctx)
	adopt := func(instance *Instance) {
		instance.Project = project // older releases leave it out of a single answer
		instance.adopt(c, full)
	}
	if full {
		return together(ctx, c, address, adopt)
	}
	instance, err := get[*Instance](ctx, c, address)
	if err != nil {
		return nil, err
	}
	adopt(instance)
	return instance, nil
}

// adopt fills in what LXD leaves out.
func (i *Instance) adopt(c *Client, full bool) {
	i.server, i.full = c.Name(), full
	i.Project = projectOrDefault(i.Project)
	i.ExpandedConfig = i.ExpandedConfig.Over(i.Config)
	i.id, i.idOf = i.ID(), [2]string{i.Project, i.Name}
	i.tags, i.limits = slices.Clip(i.ExpandedConfig.Tags()), i.Limits()
	if i.State != nil {
		i.State.settle()
		i.State.Memory.limit = i.Limits().MemoryBytes
	}
	for _, snapshot := range i.Snapshots {
		snapshot.adopt(i)
	}
	oldestFirst(i.Snapshots)
	for _, backup := range i.Backups {
		backup.instance = i
	}
	oldestBackupFirst(i.Backups)
}
