package lxd

import (
	"context"
	"strconv"
	"strings"
)

// InstanceScalingBounds are the bounds between which an instance is scaled.
type InstanceScalingBounds struct {
	MinCores, MaxCores         int
	MinMemoryMiB, MaxMemoryMiB int64
}

const mebibyte = 1 << 20

// ScalingBounds are the instance's own, in its configuration, else the limits
// of the project, else all of the host, which is asked for only then.
func (i *Instance) ScalingBounds(ctx context.Context, project *Project, host func(context.Context) (*ServerResources, error)) (*InstanceScalingBounds, error) {
	bounds := &InstanceScalingBounds{
		MinCores:     max(1, cores(i.ExpandedConfig.Get("user.autoscale.min_cores"))),
		MaxCores:     cores(i.ExpandedConfig.Get("user.autoscale.max_cores")),
		MinMemoryMiB: memoryMiB(i.ExpandedConfig.Get("user.autoscale.min_memory")),
		MaxMemoryMiB: memoryMiB(i.ExpandedConfig.Get("user.autoscale.max_memory")),
	}
	if project != nil && bounds.MaxCores == 0 {
		bounds.MaxCores = cores(project.Config["limits.cpu"])
	}
	if limit := projectMemory(project); limit != nil && bounds.MaxMemoryMiB == 0 {
		bounds.MaxMemoryMiB = *limit / mebibyte
	}
	if bounds.MaxCores > 0 && bounds.MaxMemoryMiB > 0 {
		return bounds, nil
	}
	size, err := host(ctx)
	if err != nil {
		return nil, err
	}
	if bounds.MaxCores == 0 {
		bounds.MaxCores = size.CPU.Total
	}
	if bounds.MaxMemoryMiB == 0 {
		bounds.MaxMemoryMiB = size.Memory.TotalBytes / mebibyte
	}
	return bounds, nil
}

func projectMemory(project *Project) *int64 {
	if project == nil {
		return nil
	}
	return parseBytes(project.Config["limits.memory"])
}

// cores reads a number of processors; 0 for none and for what is no number.
func cores(text string) int {
	number, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || number < 0 {
		return 0
	}
	return number
}

// memoryMiB reads a number of mebibytes, or a size with its unit as LXD writes
// it; 0 for none.
func memoryMiB(text string) int64 {
	if number := cores(text); number > 0 {
		return int64(number)
	}
	if bytes := parseBytes(text); bytes != nil {
		return *bytes / mebibyte
	}
	return 0
}
