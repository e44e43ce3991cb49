package work

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// CreateInstance makes an instance and starts it when that is asked for. Where
// LXD does not do both itself, the two steps are one operation of ours. With a
// plan nothing is made.
func (m *Manager) CreateInstance(ctx context.Context, as lxd.Scope, plan *lxd.ChangePlan, input *lxd.CreateInstanceInput) (*lxd.Operation, error) {
	create, err := m.client.CreateInstance(ctx, as, plan, input)
	if err != nil || create == nil || input.Start == nil || !*input.Start {
		return create, err
	}
	if starts, err := m.client.StartsOnCreate(ctx); err != nil || starts {
		return create, err
	}
	made := func(context.Context) (*lxd.Operation, error) { return create, nil }
	return m.Run("Creating and starting instance", input.ProjectName(), instanceResources(input.Name), made,
		m.changeState(as, input.ProjectName(), input.Name, lxd.InstanceStateChange{Action: lxd.ActionStart}))
}

// DeleteInstance deletes an instance. With force it stops one that runs
// before: two steps that are one operation of ours. What is protected is
// refused before it is stopped. With a plan nothing is deleted.
func (m *Manager) DeleteInstance(ctx context.Context, as lxd.Scope, plan *lxd.ChangePlan, project, name string, force bool) (*lxd.Operation, error) {
	if force && plan == nil {
		instance, err := m.client.InstanceObject(ctx, as, project, name)
		if err != nil {
			return nil, err
		}
		if instance.Status != lxd.StatusStopped && as.Allows(instance.Project, true) {
			if err := instance.Unprotected(); err != nil {
				return nil, err
			}
			return m.Run("Stopping and deleting instance", instance.Project, instanceResources(name),
				m.changeState(as, instance.Project, name, lxd.InstanceStateChange{Action: lxd.ActionStop, Force: true}),
				func(ctx context.Context) (*lxd.Operation, error) { return m.deleted(ctx, as, instance) })
		}
	}
	return m.client.DeleteInstance(ctx, as, plan, project, name, force)
}

// deleted takes an ephemeral instance that went away by stopping for deleted.
func (m *Manager) deleted(ctx context.Context, as lxd.Scope, instance *lxd.Instance) (*lxd.Operation, error) {
	operation, err := m.client.DeleteInstance(ctx, as, nil, instance.Project, instance.Name, false)
	if instance.Ephemeral && lxd.IsNotFound(err) {
		return nil, nil
	}
	return operation, err
}

func (m *Manager) changeState(as lxd.Scope, project, name string, change lxd.InstanceStateChange) Step {
	return func(ctx context.Context) (*lxd.Operation, error) {
		return m.client.ChangeInstanceState(ctx, as, project, name, change)
	}
}

func instanceResources(name string) map[string][]string {
	return map[string][]string{"instances": {"/1.0/instances/" + name}}
}
