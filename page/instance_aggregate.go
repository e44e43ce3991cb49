package page

import (
	"slices"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// InstanceGroup is a property by which instances are counted together.
type InstanceGroup string

// InstanceAggregate are instances that are counted together.
type InstanceAggregate struct {
	// First is one of them: what they are grouped by, it has like all the others.
	First *lxd.Instance
	// By is what they are grouped by.
	By []InstanceGroup

	Count            int
	Running          int
	MemoryLimitBytes int64
	MemoryUsageBytes int64
	DiskUsageBytes   int64
	CPUUsageSeconds  float64
	Processes        int
}

var groupKeys = map[InstanceGroup]func(*lxd.Instance) string{
	"STATUS":       func(i *lxd.Instance) string { return string(i.Status) },
	"PROJECT":      func(i *lxd.Instance) string { return i.Project },
	"TYPE":         func(i *lxd.Instance) string { return string(i.Type) },
	"LOCATION":     func(i *lxd.Instance) string { return i.Member },
	"ARCHITECTURE": func(i *lxd.Instance) string { return i.Architecture },
	"IMAGE":        func(i *lxd.Instance) string { return i.ImageFingerprint() },
}

// Aggregate counts the instances that meet the arguments' conditions, in the
// order of the groups' names. With no groups there is one, of all.
func Aggregate(instances []*lxd.Instance, by []InstanceGroup, args Args) []*InstanceAggregate {
	groups := map[string]*InstanceAggregate{}
	if len(by) == 0 {
		groups[""] = &InstanceAggregate{}
	}
	for _, instance := range Instances.choose(instances, args) {
		var name strings.Builder
		for _, group := range by {
			name.WriteString(groupKeys[group](instance) + "\x00")
		}
		if groups[name.String()] == nil {
			groups[name.String()] = &InstanceAggregate{First: instance, By: by}
		}
		groups[name.String()].add(instance)
	}
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	slices.Sort(names)
	aggregates := make([]*InstanceAggregate, len(names))
	for n, name := range names {
		aggregates[n] = groups[name]
	}
	return aggregates
}

func (a *InstanceAggregate) add(instance *lxd.Instance) {
	a.Count++
	if instance.Status == lxd.StatusRunning {
		a.Running++
	}
	if limit := instance.Limits().MemoryBytes; limit != nil {
		a.MemoryLimitBytes += *limit
	}
	if instance.State == nil {
		return
	}
	a.MemoryUsageBytes += instance.State.Memory.UsageBytes
	a.CPUUsageSeconds += instance.State.CPU.UsageSeconds()
	for _, disk := range instance.State.Disks {
		a.DiskUsageBytes += disk.UsageBytes
	}
	if processes := instance.State.Processes(); processes != nil {
		a.Processes += *processes
	}
}

// has gives what the instances are grouped by; nil where they are not.
func has[T any](a *InstanceAggregate, group InstanceGroup, value func(*lxd.Instance) *T) *T {
	if a.First == nil || !slices.Contains(a.By, group) {
		return nil
	}
	return value(a.First)
}

// Status is what all of them are doing; nil where they are not grouped by it.
func (a *InstanceAggregate) Status() *lxd.InstanceStatus {
	return has(a, "STATUS", func(i *lxd.Instance) *lxd.InstanceStatus { return &i.Status })
}

// Type is what all of them are; nil where they are not grouped by it.
func (a *InstanceAggregate) Type() *lxd.InstanceType {
	return has(a, "TYPE", func(i *lxd.Instance) *lxd.InstanceType { return &i.Type })
}

// Location is where all of them are; nil where they are not grouped by it.
func (a *InstanceAggregate) Location() *string { return has(a, "LOCATION", (*lxd.Instance).Location) }

// Architecture is what all of them run on; nil where they are not grouped by it.
func (a *InstanceAggregate) Architecture() *string {
	return has(a, "ARCHITECTURE", func(i *lxd.Instance) *string { return &i.Architecture })
}

// Grouped is one of them, where they are grouped by something; nil elsewhere.
func (a *InstanceAggregate) Grouped(group InstanceGroup) *lxd.Instance {
	return has(a, group, func(i *lxd.Instance) *lxd.Instance { return i })
}
