package resolvers

import (
	"context"
	"fmt"

	"github.com/lxdql/lxdql/lxd"
)

// logBytes reads the argument maxBytes.
func logBytes(most *int) (int, error) {
	if most == nil {
		return 65536, nil
	}
	if *most < 1 || *most > lxd.LogSize {
		return 0, &lxd.InputError{Argument: "maxBytes", Message: fmt.Sprintf("maxBytes is %d: it has to be 1 to %d", *most, lxd.LogSize)}
	}
	return *most, nil
}

func logContent(ctx context.Context, log *lxd.InstanceLog, most *int) (*string, error) {
	bytes, err := logBytes(most)
	if err != nil {
		return nil, err
	}
	content, err := load(ctx).logContent.Load(ctx, askedLog{log, bytes})()
	return readable(content, err)
}

func consoleLog(ctx context.Context, instance *lxd.Instance, most *int) (*string, error) {
	bytes, err := logBytes(most)
	if err != nil {
		return nil, err
	}
	return load(ctx).consoleLog.Load(ctx, askedConsole{instance, bytes})()
}

// readable is a text, or null where it could not be read.
func readable(text string, err error) (*string, error) {
	if err != nil {
		return nil, err
	}
	return &text, nil
}

func templatesOf(ctx context.Context, instance *lxd.Instance) ([]*lxd.InstanceTemplate, error) {
	metadata, err := load(ctx).metadata.Load(ctx, instance)()
	if err != nil {
		return nil, err
	}
	return metadata.Templates(), nil
}

func usageOf(ctx context.Context, instance *lxd.Instance) (*lxd.InstanceUsage, error) {
	state, err := stateOf(ctx, instance)
	if err != nil {
		return nil, err
	}
	return &lxd.InstanceUsage{State: state, Instance: instance}, nil
}

// cpuPercentOf is null of what does not run, without a look at it.
func cpuPercentOf(ctx context.Context, usage *lxd.InstanceUsage) (*float64, error) {
	if usage.State.Pid() == nil {
		return nil, nil
	}
	return load(ctx).cpuPercent.Load(ctx, key{usage.Instance.Project, usage.Instance.Name})()
}

func scalingBoundsOf(ctx context.Context, instance *lxd.Instance) (*lxd.InstanceScalingBounds, error) {
	project, err := load(ctx).project.Load(ctx, instance.Project)()
	if err != nil {
		return nil, err
	}
	return instance.ScalingBounds(ctx, project, func(ctx context.Context) (*lxd.ServerResources, error) {
		return load(ctx).resources.Load(ctx, "")()
	})
}

// operationsOf are those of the instance's project that are about it.
func (r *Resolver) operationsOf(ctx context.Context, instance *lxd.Instance) ([]*lxd.Operation, error) {
	all, err := load(ctx).operations.Load(ctx, instance.Project)()
	if err != nil {
		return nil, err
	}
	about := []*lxd.Operation{}
	for _, operation := range all {
		if r.LXD.WorksOn(operation, instance) {
			about = append(about, operation)
		}
	}
	return about, nil
}
