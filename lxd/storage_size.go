package lxd

import (
	"context"
	"fmt"
	"strconv"
)

// largestVolume bounds a size: 1 PiB. LXD takes any number (seen on 5.0.2), and
// a disk of it fills its pool when it is copied.
const largestVolume = 1 << 50

// checkSize refuses sizes that nobody means.
func checkSize(argument string, size int64) error {
	if size < 1 || size > largestVolume {
		return &InputError{argument, fmt.Sprintf("the size is 1 to %d bytes", int64(largestVolume))}
	}
	return nil
}

// sized is a new object's configuration with its size.
func sized(config StringMap, size *int64) (StringMap, error) {
	all := StringMap{}
	for key, value := range config {
		all[key] = value
	}
	if size == nil {
		return all, nil
	}
	if _, twice := all["size"]; twice {
		return nil, &InputError{"input.sizeBytes", "the size is given twice: leave it out of config"}
	}
	all["size"] = strconv.FormatInt(*size, 10)
	return all, checkSize("input.sizeBytes", *size)
}

// fitsDisk refuses what takes more of a project's disk space than its limit
// allows. LXD of 5.0.2 does not look at the limit when a volume grows (seen),
// and says of a new one that it is its own fault. After is nil for no size.
func (c *Client) fitsDisk(ctx context.Context, plan *ChangePlan, in, argument string, before, after *int64) error {
	project, err := c.Project(ctx, System, in)
	if err != nil || project.Config["limits.disk"] == "" {
		return err
	}
	if after == nil {
		return &InputError{argument, "the project " + in + " limits its disk space: give a size"}
	}
	usages, err := c.ProjectUsage(ctx, System, in)
	if err != nil {
		return err
	}
	for _, usage := range usages {
		limit := usage.Limit()
		if usage.Resource != "disk" || limit == nil || usage.Usage-value(before)+*after <= *limit {
			continue
		}
		return plan.Block(&LimitError{fmt.Sprintf("the project %s may use %d bytes of disk space: it uses %d, and this would make it %d", in, *limit, usage.Usage, usage.Usage-value(before)+*after)})
	}
	return nil
}

// fitsContent refuses a size that the volume's content does not fit into.
// LXD lets a file system be set to less than it holds where it sets a quota.
func (c *Client) fitsContent(ctx context.Context, volume *StorageVolume, argument string, size *int64) error {
	now := volume.SizeBytes()
	if size == nil || (now != nil && *size >= *now) {
		return nil
	}
	if volume.ContentType != "FILESYSTEM" {
		if now == nil { // LXD's own size, which it does not tell
			return nil
		}
		return &InputError{argument, fmt.Sprintf("%s has %d bytes and is a disk: it cannot be made smaller", volume.Name, *now)}
	}
	state, err := c.StorageVolumeState(ctx, System, volume)
	if err != nil || state == nil || state.UsedBytes <= *size {
		return err
	}
	return &InputError{argument, fmt.Sprintf("%s holds %d bytes: it cannot be made smaller than that", volume.Name, state.UsedBytes)}
}
