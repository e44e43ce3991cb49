package work

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// What people do all day: each is one small change of an instance that leaves
// the rest as it is.

// Tagged adds a tag, or takes it away.
func Tagged(tag string, add bool) (func(*lxd.InstanceEdit) error, error) {
	tag = strings.TrimSpace(tag)
	if tag == "" || strings.Contains(tag, ",") {
		return nil, &lxd.InputError{Argument: "tag", Message: "a tag is a text without commas, which separate the tags in user.tags"}
	}
	return func(edit *lxd.InstanceEdit) error {
		tags := slices.DeleteFunc(edit.Config.Tags(), func(other string) bool { return other == tag })
		if add {
			tags = append(tags, tag)
		}
		if len(tags) == 0 {
			delete(edit.Config, "user.tags")
		} else {
			edit.Config["user.tags"] = strings.Join(tags, ",")
		}
		return nil
	}, nil
}

// Attached adds a device of its own.
func Attached(name string, options lxd.StringMap) func(*lxd.InstanceEdit) error {
	return func(edit *lxd.InstanceEdit) error {
		if edit.Before.ExpandedDevices[name] != nil || edit.Devices[name] != nil {
			return &lxd.ExistsError{Message: "a device " + name + " exists already: choose another name"}
		}
		edit.Devices[name] = options
		return nil
	}
}

// Detached takes a device of its own away, if it is what it has to be.
func Detached(name string, is func(lxd.StringMap) bool) func(*lxd.InstanceEdit) error {
	return func(edit *lxd.InstanceEdit) error {
		options := edit.Devices[name]
		if options == nil || !is(options) {
			return lxd.NotFound("Device")
		}
		delete(edit.Devices, name)
		return nil
	}
}

// Grown makes the root disk larger. A root disk of a profile becomes the
// instance's own, with the same options.
func Grown(byGiB int) (func(*lxd.InstanceEdit) error, error) {
	if byGiB < 1 || byGiB > 1<<20 {
		return nil, &lxd.InputError{Argument: "byGiB", Message: "byGiB is 1 or more"}
	}
	return func(edit *lxd.InstanceEdit) error {
		root := edit.Before.RootDisk()
		if root == nil {
			return lxd.NotFound("Root disk")
		}
		options := maps.Clone(edit.Devices[root.Name])
		if options == nil {
			options = maps.Clone(edit.Before.ExpandedDevices[root.Name])
		}
		size := lxd.ParseBytes(options["size"])
		if size == nil {
			return &lxd.ConflictError{Message: "the root disk has no size: it is as large as its storage pool"}
		}
		options["size"] = strconv.FormatInt(*size+int64(byGiB)<<30, 10) + "B"
		edit.Devices[root.Name] = options
		return nil
	}, nil
}

// ScaleCPU sets the number of processors, within the instance's bounds.
func (m *Manager) ScaleCPU(ctx context.Context, as lxd.Scope, project, name string, cores int) (*lxd.Operation, error) {
	if cores < 1 || cores > 128 {
		return nil, &lxd.InputError{Argument: "cores", Message: "cores is 1 to 128"}
	}
	return m.scale(ctx, as, project, name, "cores", int64(cores), func(bounds *lxd.InstanceScalingBounds) (int64, int64) {
		return int64(bounds.MinCores), int64(bounds.MaxCores)
	}, "limits.cpu", strconv.Itoa(cores))
}

// ScaleMemory sets the limit of the memory, within the instance's bounds.
func (m *Manager) ScaleMemory(ctx context.Context, as lxd.Scope, project, name string, memoryMiB int) (*lxd.Operation, error) {
	if memoryMiB < 64 || memoryMiB > 1048576 {
		return nil, &lxd.InputError{Argument: "memoryMiB", Message: "memoryMiB is 64 to 1048576"}
	}
	return m.scale(ctx, as, project, name, "memoryMiB", int64(memoryMiB), func(bounds *lxd.InstanceScalingBounds) (int64, int64) {
		return bounds.MinMemoryMiB, bounds.MaxMemoryMiB
	}, "limits.memory", strconv.Itoa(memoryMiB)+"MiB")
}

func (m *Manager) scale(ctx context.Context, as lxd.Scope, project, name, argument string, wanted int64, within func(*lxd.InstanceScalingBounds) (least, most int64), key, value string) (*lxd.Operation, error) {
	return m.EditInstance(ctx, as, nil, project, name, nil, func(edit *lxd.InstanceEdit) error {
		bounds, err := m.bounds(ctx, edit.Before)
		if err != nil {
			return err
		}
		if least, most := within(bounds); wanted < least || wanted > most {
			return &lxd.InputError{Argument: argument, Message: fmt.Sprintf("%s is %d: the instance's scalingBounds are %d to %d", argument, wanted, least, most)}
		}
		edit.Config[key] = value
		return nil
	})
}

func (m *Manager) bounds(ctx context.Context, instance *lxd.Instance) (*lxd.InstanceScalingBounds, error) {
	project, err := m.client.Project(ctx, lxd.System, instance.Project)
	if err != nil {
		return nil, err
	}
	return instance.ScalingBounds(ctx, project, func(ctx context.Context) (*lxd.ServerResources, error) { return m.client.Resources(ctx, "") })
}

// Bounded sets the bounds between which the instance is scaled; nil takes one away.
func Bounded(minCores, maxCores, minMemoryMiB, maxMemoryMiB *int) (func(*lxd.InstanceEdit) error, error) {
	bounds := []struct {
		argument, key string
		value         *int
		least, most   int
	}{
		{"minCores", "user.autoscale.min_cores", minCores, 1, 128}, {"maxCores", "user.autoscale.max_cores", maxCores, 1, 128},
		{"minMemoryMiB", "user.autoscale.min_memory", minMemoryMiB, 64, 1048576}, {"maxMemoryMiB", "user.autoscale.max_memory", maxMemoryMiB, 64, 1048576},
	}
	for n, bound := range bounds {
		if bound.value != nil && (*bound.value < bound.least || *bound.value > bound.most) {
			return nil, &lxd.InputError{Argument: bound.argument, Message: fmt.Sprintf("%s is %d to %d", bound.argument, bound.least, bound.most)}
		}
		if n%2 == 1 && bound.value != nil && bounds[n-1].value != nil && *bound.value < *bounds[n-1].value {
			return nil, &lxd.InputError{Argument: bound.argument, Message: bound.argument + " is less than " + bounds[n-1].argument}
		}
	}
	return func(edit *lxd.InstanceEdit) error {
		for _, bound := range bounds {
			if bound.value == nil {
				delete(edit.Config, bound.key)
			} else {
				edit.Config[bound.key] = strconv.Itoa(*bound.value)
			}
		}
		return nil
	}, nil
}
