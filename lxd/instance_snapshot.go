package lxd

import (
	"context"
	"slices"
	"strings"
)

// InstanceSnapshot is a kept state of an instance.
type InstanceSnapshot struct {
	// FullName is "instance/snapshot" in some of LXD's answers and "snapshot" in others.
	FullName        string         `json:"name"`
	CreatedAt       Time           `json:"created_at"`
	ExpiresAt       Time           `json:"expires_at"`
	LastUsedAt      Time           `json:"last_used_at"`
	Stateful        bool           `json:"stateful"`
	Ephemeral       bool           `json:"ephemeral"`
	Architecture    string         `json:"architecture"`
	Config          StringMap      `json:"config"`
	ExpandedConfig  ExpandedConfig `json:"expanded_config"`
	OwnDevices      DeviceMap      `json:"devices"`
	ExpandedDevices DeviceMap      `json:"expanded_devices"`
	ProfileNames    []string       `json:"profiles"`
	// Size is -1 where LXD did not look, which is in the lists of instances, or cannot tell.
	Size int64 `json:"size"`

	instance *Instance
}

// IsNode marks that a snapshot has an id.
func (*InstanceSnapshot) IsNode() {}

// Name is the snapshot's own name.
func (s *InstanceSnapshot) Name() string {
	return s.FullName[strings.LastIndexByte(s.FullName, '/')+1:]
}

// ID is the snapshot's id.
func (s *InstanceSnapshot) ID() string {
	return ID{Server: s.instance.server, Kind: "InstanceSnapshot", Project: s.instance.Project, Name: s.instance.Name + "/" + s.Name()}.String()
}

// Instance is the instance that the snapshot is of.
func (s *InstanceSnapshot) Instance() *Instance { return s.instance }

// Devices are the instance's devices and those of its profiles as they were.
func (s *InstanceSnapshot) Devices() []Device {
	return devices(Owner{Project: s.instance.Project}, s.ExpandedDevices, s.OwnDevices)
}

// InstanceSnapshots reads the snapshots of one instance, oldest first.
func (c *Client) InstanceSnapshots(ctx context.Context, as Scope, instance *Instance) ([]*InstanceSnapshot, error) {
	if !as.Allows(instance.Project, false) {
		return nil, hidden("Instance")
	}
	snapshots, err := get[[]*InstanceSnapshot](ctx, c, in(instance.Project, path("instances", instance.Name, "snapshots"), "recursion", "1"))
	for _, snapshot := range snapshots {
		snapshot.adopt(instance)
	}
	oldestFirst(snapshots)
	return snapshots, err
}

// adopt fills in what LXD leaves out.
func (s *InstanceSnapshot) adopt(of *Instance) {
	s.instance = of
	s.ExpandedConfig = s.ExpandedConfig.Over(s.Config)
}

// oldestFirst puts snapshots in the order in which they were taken.
func oldestFirst(snapshots []*InstanceSnapshot) {
	slices.SortStableFunc(snapshots, func(a, b *InstanceSnapshot) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
}
