package lxd

import (
	"context"
	"strconv"
	"strings"
)

// InstanceState is what an instance uses right now.
type InstanceState struct {
	Status InstanceStatus `json:"status"`
	// ProcessID and ProcessCount are 0 and -1 of a stopped instance.
	ProcessID    int                              `json:"pid"`
	ProcessCount int                              `json:"processes"`
	CPU          InstanceStateCpu                 `json:"cpu"`
	Memory       InstanceStateMemory              `json:"memory"`
	Disks        map[string]*InstanceStateDisk    `json:"disk"`
	Networks     map[string]*InstanceStateNetwork `json:"network"`
}

// InstanceState reads one instance's state.
func (c *Client) InstanceState(ctx context.Context, as Scope, instance *Instance) (*InstanceState, error) {
	if !as.Allows(instance.Project, false) {
		return nil, hidden("Instance")
	}
	state, err := together(ctx, c, in(instance.Project, path("instances", instance.Name, "state")), (*InstanceState).settle)
	if err != nil {
		return nil, err
	}
	shown := *state // others may know of another limit
	shown.Memory.limit = instance.Limits().MemoryBytes
	return &shown, nil
}

// settle fills in what LXD says elsewhere. Nothing is written later: the fields
// of one answer read side by side, and so may several callers.
func (s *InstanceState) settle() {
	for name, disk := range s.Disks {
		disk.Name = name
	}
	for name, network := range s.Networks {
		network.Name = name
		if network.Counters == nil {
			network.Counters = &InstanceStateCounters{}
		}
	}
}

// Pid is the init process on the host; nil when it does not run.
func (s *InstanceState) Pid() *int {
	if s.ProcessID <= 0 {
		return nil
	}
	return &s.ProcessID
}

// Processes is how many there are; nil when it does not run or LXD cannot tell.
func (s *InstanceState) Processes() *int {
	if s == nil || s.ProcessCount < 0 || s.ProcessID <= 0 {
		return nil
	}
	return &s.ProcessCount
}

// InstanceStateCpu is the processor time of an instance.
type InstanceStateCpu struct { //nolint:staticcheck // the GraphQL type's name
	// Usage is in nanoseconds; -1 when LXD cannot tell.
	Usage int64 `json:"usage"`
}

// UsageSeconds is the processor time since the start.
func (c InstanceStateCpu) UsageSeconds() float64 { return float64(max(c.Usage, 0)) / 1e9 }

// InstanceStateMemory is the memory of an instance.
type InstanceStateMemory struct {
	UsageBytes         int64 `json:"usage"`
	UsagePeakBytes     int64 `json:"usage_peak"`
	SwapUsageBytes     int64 `json:"swap_usage"`
	SwapUsagePeakBytes int64 `json:"swap_usage_peak"`
	// Total is 0 before the releases that tell it (5.0.2 does not).
	Total int64 `json:"total"`

	limit *int64
}

// TotalBytes is LXD's total, else the instance's limit, else nil.
func (m InstanceStateMemory) TotalBytes() *int64 {
	if m.Total > 0 {
		return &m.Total
	}
	return m.limit
}

// InstanceStateDisk is a disk of an instance.
type InstanceStateDisk struct {
	Name       string `json:"-"`
	UsageBytes int64  `json:"usage"`
	Total      int64  `json:"total"`
}

// TotalBytes is the disk's size; nil when LXD does not tell.
func (d *InstanceStateDisk) TotalBytes() *int64 {
	if d.Total <= 0 {
		return nil
	}
	return &d.Total
}

// Disk are the disks by name; empty where the storage driver does not tell (dir).
func (s *InstanceState) Disk() []*InstanceStateDisk {
	disks := make([]*InstanceStateDisk, 0, len(s.Disks))
	for _, name := range sortedKeys(s.Disks) {
		disks = append(disks, s.Disks[name])
	}
	return disks
}

// parseBytes reads a size as LXD's configuration writes it: "512MiB", "2GB",
// "1048576"; nil for none, for a share ("50%") and for what is no size.
func parseBytes(text string) *int64 {
	number := strings.TrimRight(text, "BKMGTPEikbyte ")
	unit := strings.TrimSpace(strings.TrimPrefix(text, number))
	value, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	factor, ok := byteUnits[unit]
	if err != nil || !ok || value < 0 || value > (1<<63-1)/factor {
		return nil
	}
	value *= factor
	return &value
}

var byteUnits = map[string]int64{
	"": 1, "B": 1, "bytes": 1,
	"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15, "EB": 1e18,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "PiB": 1 << 50, "EiB": 1 << 60,
}

// ParseBytes reads a size as LXD's configuration writes it; nil for none and
// for what is no size.
func ParseBytes(text string) *int64 { return parseBytes(text) }
