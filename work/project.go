package work

import (
	"context"
	"slices"

	"github.com/lxdql/lxdql/lxd"
)

// DeleteProject deletes a project. With force it deletes what is in it before:
// many steps that are one operation, LXD's own where it can, else ours. The
// first step that fails ends it; what went before is gone.
func (m *Manager) DeleteProject(ctx context.Context, as lxd.Scope, name string, force bool) (*lxd.Operation, error) {
	if !force {
		return m.client.DeleteProject(ctx, as, name)
	}
	contents, err := m.client.ProjectContents(ctx, as, name)
	if err != nil {
		return nil, err
	}
	if len(contents) == 0 {
		return m.client.DeleteProject(ctx, as, name)
	}
	if able, err := m.client.DeletesProjectsWhole(ctx); err != nil {
		return nil, err
	} else if able {
		return m.client.DeleteProjectWhole(ctx, as, name)
	}
	return m.Run("Deleting project and what is in it", name, map[string][]string{"projects": {"/1.0/projects/" + name}}, m.emptying(as, name, contents)...)
}

// emptying are the steps that delete a project with what is in it.
func (m *Manager) emptying(as lxd.Scope, project string, contents []lxd.ProjectContent) []Step {
	var instances, others []Step
	for _, content := range contents {
		remove := func(ctx context.Context) (*lxd.Operation, error) {
			return m.client.DeleteProjectContent(ctx, as, project, content)
		}
		if content.Instance == "" {
			others = append(others, remove)
			continue
		}
		stop := func(ctx context.Context) (*lxd.Operation, error) {
			return m.stopped(ctx, as, project, content.Instance)
		}
		instances = append(instances, stop, remove)
	}
	empty := func(ctx context.Context) (*lxd.Operation, error) {
		return m.client.EmptyDefaultProfile(ctx, as, project)
	}
	last := func(ctx context.Context) (*lxd.Operation, error) { return m.client.DeleteProject(ctx, as, project) }
	return slices.Concat(instances, []Step{empty}, others, []Step{last})
}

// stopped ends an instance that runs.
func (m *Manager) stopped(ctx context.Context, as lxd.Scope, project, name string) (*lxd.Operation, error) {
	instance, err := m.client.InstanceObject(ctx, as, project, name)
	if lxd.IsNotFound(err) || (err == nil && instance.Status == lxd.StatusStopped) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return m.client.ChangeInstanceState(ctx, as, project, name, lxd.InstanceStateChange{Action: lxd.ActionStop, Force: true})
}
