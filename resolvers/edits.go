package resolvers

import (
	"context"
	"strings"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func projectName(project *string) string {
	if name := value(project); name != "" {
		return name
	}
	return "default"
}

// edited makes a small change of an instance, and reads it after that. Err is
// what was wrong with the change itself.
func (r *Resolver) edited(ctx context.Context, project *string, name string, ifMatch *string, change func(*lxd.InstanceEdit) error, err error) (*work.InstancePayload, error) {
	if err != nil {
		return nil, err
	}
	operation, err := r.Work.EditInstance(ctx, scope(ctx), nil, projectName(project), name, ifMatch, change)
	return r.changed(ctx, projectName(project), name, operation, nil, err)
}

// updateInstance changes an instance, or with dryRun tells what it would change.
func (r *Resolver) updateInstance(ctx context.Context, project *string, name string, ifMatch *string, input *lxd.UpdateInstanceInput, dryRun bool) (*work.InstancePayload, error) {
	plan := lxd.NewChangePlan(dryRun)
	operation, err := r.Work.EditInstance(ctx, scope(ctx), plan, projectName(project), name, ifMatch, func(edit *lxd.InstanceEdit) error { edit.Apply(input); return nil })
	payload, err := r.changed(ctx, projectName(project), name, operation, nil, err)
	return payload.With(plan), err
}

// attachVolume looks for the volume first: LXD's own words for one that is not
// there are about a source. On a cluster it is one of the instance's own member.
func (r *Resolver) attachVolume(ctx context.Context, project *string, name, pool, volume string, path, device *string, readOnly bool) (*work.InstancePayload, error) {
	instance, err := load(ctx).instance.Load(ctx, key{projectName(project), name})()
	if err != nil {
		return nil, err
	}
	if instance == nil {
		return nil, lxd.NotFound("Instance")
	}
	found, err := r.storageVolume(ctx, project, pool, nil, volume, value(instance.Location()))
	if err != nil {
		return nil, err
	}
	options := lxd.StringMap{"type": "disk", "pool": found.Pool, "source": found.Name}
	if path != nil {
		if !strings.HasPrefix(*path, "/") || *path == "/" {
			return nil, &lxd.InputError{Argument: "path", Message: "the path is absolute, and not / itself"}
		}
		options["path"] = *path
	}
	if readOnly {
		options["readonly"] = "true"
	}
	called := volume
	if device != nil {
		called = *device
	}
	attach := work.Attached(called, options)
	return r.edited(ctx, project, name, nil, func(edit *lxd.InstanceEdit) error {
		if err := found.FitsAt(edit.Before.Type, path); err != nil {
			return err
		}
		return attach(edit)
	}, nil)
}

// attachNic looks for the network first: LXD itself says that there is none in
// an operation that fails. Who may not change the instance is told just that.
func (r *Resolver) attachNic(ctx context.Context, project *string, name, network, device string) (*work.InstancePayload, error) {
	attach := work.Attached(device, lxd.StringMap{"type": "nic", "name": device, "network": network})
	return r.edited(ctx, project, name, nil, func(edit *lxd.InstanceEdit) error {
		owner, err := owner(ctx, project, lxd.FeatureNetworks)
		if err != nil {
			return err
		}
		if err := r.LXD.IsManaged(ctx, owner, network); err != nil {
			return err
		}
		return attach(edit)
	}, nil)
}

func isVolume(options lxd.StringMap) bool {
	return options["type"] == "disk" && options["pool"] != "" && options["source"] != ""
}

func isNic(options lxd.StringMap) bool { return options["type"] == "nic" }

// snapshotChanged waits as the mutation was told to, and reads the snapshot after it.
func (r *Resolver) snapshotChanged(ctx context.Context, project *string, instance, name string, operation *lxd.Operation, wait *int, err error) (*work.InstanceSnapshotPayload, error) {
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	snapshot, err := r.LXD.InstanceSnapshot(ctx, scope(ctx), value(project), instance, name)
	if err != nil && !lxd.IsNotFound(err) {
		return nil, err
	}
	return &work.InstanceSnapshotPayload{Snapshot: snapshot, Operation: operation}, nil
}

func (r *Resolver) deleteSnapshot(ctx context.Context, project *string, instance, name string, wait *int) (*work.DeletePayload, error) {
	snapshot, err := r.LXD.InstanceSnapshot(ctx, scope(ctx), value(project), instance, name)
	if err != nil {
		return nil, err
	}
	operation, err := r.LXD.DeleteInstanceSnapshot(ctx, scope(ctx), value(project), instance, name)
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	id := snapshot.ID()
	return &work.DeletePayload{DeletedID: &id, Operation: operation}, nil
}
