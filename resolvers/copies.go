package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// migrateInstance moves an instance, and reads it where it is after that.
func (r *Resolver) migrateInstance(ctx context.Context, project *string, name string, input *lxd.MigrateInstanceInput, wait *int) (*work.InstancePayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := r.LXD.MigrateInstance(ctx, scope(ctx), projectName(project), name, input)
	to, called := projectName(project), name
	if input.Project != nil {
		to = projectName(input.Project)
	}
	if input.Name != nil {
		called = *input.Name
	}
	return r.changed(ctx, to, called, operation, wait, err)
}

// instanceBackupChanged waits as the mutation was told to, and reads the backup after it.
func (r *Resolver) instanceBackupChanged(ctx context.Context, project *string, instance, name string, operation *lxd.Operation, wait *int, err error) (*work.InstanceBackupPayload, error) {
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	backup, err := r.LXD.InstanceBackup(ctx, scope(ctx), value(project), instance, name)
	if err != nil && !lxd.IsNotFound(err) {
		return nil, err
	}
	return &work.InstanceBackupPayload{Backup: backup, Operation: operation}, nil
}

func (r *Resolver) deleteInstanceBackup(ctx context.Context, project *string, instance, name string, wait *int) (*work.DeletePayload, error) {
	backup, err := r.LXD.InstanceBackup(ctx, scope(ctx), value(project), instance, name)
	if err != nil {
		return nil, err
	}
	operation, err := r.LXD.DeleteInstanceBackup(ctx, scope(ctx), value(project), instance, name)
	return r.deleted(ctx, backup.ID(), operation, wait, err)
}

// deleted waits as the mutation was told to.
func (r *Resolver) deleted(ctx context.Context, id string, operation *lxd.Operation, wait *int, err error) (*work.DeletePayload, error) {
	if err != nil {
		return nil, err
	}
	if operation, err = r.wait(ctx, operation, wait); err != nil {
		return nil, err
	}
	return &work.DeletePayload{DeletedID: &id, Operation: operation}, nil
}
