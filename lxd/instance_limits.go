package lxd

import (
	"context"
	"fmt"
)

// fitsLimits notes down which limits of the project an instance would pass that
// was like the first and is to be like the second; counts is what it takes by
// being there, for a new one. Without a plan LXD itself says it.
func (c *Client) fitsLimits(ctx context.Context, plan *ChangePlan, in string, was, is *InstanceEdit, counts map[string]int64) error {
	if plan == nil {
		return nil
	}
	return c.withinLimits(ctx, plan, in, was, is, counts)
}

// withinLimits refuses what [Client.fitsLimits] notes down where there is no
// plan: for what LXD lets pass.
func (c *Client) withinLimits(ctx context.Context, plan *ChangePlan, in string, was, is *InstanceEdit, counts map[string]int64) error {
	usages, err := c.ProjectUsage(ctx, System, in)
	if err != nil {
		return err
	}
	_, profiles, err := c.usableProfiles(ctx, in)
	if err != nil {
		return err
	}
	before, after := was.expanded(profiles).takes(), is.expanded(profiles).takes()
	for _, usage := range usages {
		adds := counts[usage.Resource] + after[usage.Resource] - before[usage.Resource]
		if limit := usage.Limit(); limit != nil && adds > 0 && usage.Usage+adds > *limit {
			if err := plan.Block(&LimitError{fmt.Sprintf("the project %s may use %d of %s: it uses %d, and this adds %d", in, *limit, usage.Resource, usage.Usage, adds)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// counts is what a new instance takes by being there, by LXD's names of a
// project's resources.
func (i *CreateInstanceInput) counts() map[string]int64 { return countsOf(value(i.Type)) }

func countsOf(kind InstanceType) map[string]int64 {
	if kind == TypeVirtualMachine {
		return map[string]int64{"instances": 1, "virtual-machines": 1}
	}
	return map[string]int64{"instances": 1, "containers": 1}
}

// takes is what an instance takes by what it is made of, its profiles' with it,
// by LXD's names of a project's resources.
func (e *InstanceEdit) takes() map[string]int64 {
	takes := map[string]int64{"cpu": int64(cores(e.Config["limits.cpu"])), "processes": int64(cores(e.Config["limits.processes"]))}
	if memory := parseBytes(e.Config["limits.memory"]); memory != nil {
		takes["memory"] = *memory
	}
	for _, options := range e.Devices {
		if size := parseBytes(options["size"]); size != nil && options["type"] == "disk" && options["path"] == "/" {
			takes["disk"] = *size
		}
	}
	return takes
}
