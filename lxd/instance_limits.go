package lxd

import (
	"context"
	"fmt"
)

// fitsLimits notes down which limits of the project a new instance would pass.
// Without a plan LXD itself says it.
func (c *Client) fitsLimits(ctx context.Context, plan *ChangePlan, input *CreateInstanceInput) error {
	if plan == nil {
		return nil
	}
	usages, err := c.ProjectUsage(ctx, System, input.ProjectName())
	if err != nil {
		return err
	}
	adds := input.adds()
	for _, usage := range usages {
		if limit := usage.Limit(); limit != nil && usage.Usage+adds[usage.Resource] > *limit {
			if err := plan.Block(&LimitError{fmt.Sprintf("the project %s may use %d of %s: it uses %d, and this adds %d", input.ProjectName(), *limit, usage.Resource, usage.Usage, adds[usage.Resource])}); err != nil {
				return err
			}
		}
	}
	return nil
}

// adds is what a new instance takes, by LXD's names of a project's resources.
func (i *CreateInstanceInput) adds() map[string]int64 {
	adds := map[string]int64{"instances": 1, "containers": 1, "cpu": int64(cores(i.Config["limits.cpu"])), "processes": int64(cores(i.Config["limits.processes"]))}
	if i.Type != nil && *i.Type == TypeVirtualMachine {
		adds["containers"], adds["virtual-machines"] = 0, 1
	}
	if memory := parseBytes(i.Config["limits.memory"]); memory != nil {
		adds["memory"] = *memory
	}
	for _, options := range i.devices() {
		if size := parseBytes(options["size"]); size != nil && options["type"] == "disk" && options["path"] == "/" {
			adds["disk"] = *size
		}
	}
	return adds
}
