package resolvers

import (
	"context"
	"errors"
	"slices"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// nameOf takes LXD's own name for an object as well as an id of ours.
func nameOf(text, kind string) string {
	if id, err := lxd.ParseID(text); err == nil && id.Kind == kind {
		return id.Name
	}
	return text
}

// usageOfAll adds up what the projects use. A sum of limits means something
// only where every project has one.
func usageOfAll(ctx context.Context) ([]*lxd.ProjectUsage, error) {
	projects, err := load(ctx).allProjects(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(projects))
	for n, project := range projects {
		names[n] = project.Name
	}
	usages, errs := load(ctx).usage.LoadMany(ctx, names)()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return lxd.SumUsage(usages), nil
}

// metrics chooses among what LXD measures.
func (r *Resolver) metrics(ctx context.Context, names []string, project *string) ([]*lxd.Metric, error) {
	metrics, err := r.LXD.Metrics(ctx, scope(ctx))
	if err != nil {
		return nil, err
	}
	chosen := make([]*lxd.Metric, 0, len(metrics))
	for _, metric := range metrics {
		if names != nil && !slices.Contains(names, metric.Name) {
			continue
		}
		if project != nil {
			metric.Samples = slices.DeleteFunc(metric.Samples, func(s *lxd.MetricSample) bool { return s.Labels["project"] != *project })
		}
		if len(metric.Samples) > 0 {
			chosen = append(chosen, metric)
		}
	}
	return chosen, nil
}

// warnings are those of one project, or all: LXD has one list of them.
func (r *Resolver) warnings(ctx context.Context, project *string, all *bool, filter string) ([]*lxd.Warning, error) {
	warnings, err := r.LXD.Warnings(ctx, scope(ctx), filter)
	if err != nil || project == nil || value(all) {
		return warnings, err
	}
	if _, err := owner(ctx, project, lxd.FeatureImages); err != nil { // is there such a project?
		return nil, err
	}
	return slices.DeleteFunc(warnings, func(w *lxd.Warning) bool { return w.Project != *project }), nil
}

// membersOf are the members that a group names.
func membersOf(ctx context.Context, group *lxd.ClusterGroup) ([]*lxd.ClusterMember, error) {
	members, err := load(ctx).allMembers(ctx)
	named := make([]*lxd.ClusterMember, 0, len(group.MemberNames))
	for _, member := range members {
		if slices.Contains(group.MemberNames, member.Name) {
			named = append(named, member)
		}
	}
	return named, err
}

// groupsOf are the groups that a member is in.
func groupsOf(ctx context.Context, member *lxd.ClusterMember) ([]*lxd.ClusterGroup, error) {
	groups, err := load(ctx).allGroups(ctx)
	in := make([]*lxd.ClusterGroup, 0, len(member.GroupNames))
	for _, group := range groups {
		if slices.Contains(group.MemberNames, member.Name) {
			in = append(in, group)
		}
	}
	return in, err
}

// serverLoaders adds the loaders of the server and its cluster.
func (r *Resolver) serverLoaders(l *loaders) {
	l.allMembers = once(r.LXD.ClusterMembers)
	l.allGroups = once(r.LXD.ClusterGroups)
	l.resources = newLoader(oneByOne(r.LXD.Resources))
	l.memberState = newLoader(oneByOne(r.LXD.ClusterMemberState))
}

// server is LXD. How it is reached is told even while it is not spoken to.
func (r *Resolver) server(ctx context.Context) (*lxd.Server, error) {
	server, err := r.LXD.Server(ctx, scope(ctx))
	if stopped := r.LXD.Stopped(err); stopped != nil && !slices.ContainsFunc(selected(ctx, ""), asksLXD) {
		return stopped, nil
	}
	return server, err
}

// asksLXD reports whether a field of Server is LXD's to answer.
func asksLXD(field string) bool {
	return !slices.Contains([]string{"connection", "securityNotes", "__typename"}, field)
}

// callerName is who is told to have decided something.
func callerName(ctx context.Context) string {
	if caller := auth.From(ctx); caller != nil && caller.User != nil {
		return caller.User.Username
	}
	return ""
}
