package lxd

import (
	"context"
	"net/http"
	"strings"
)

func (m *ClusterMember) address() string { return path("cluster", "members", m.Name) }

// UpdateClusterMemberInput is a change of a member: what is nil stays.
type UpdateClusterMemberInput struct {
	Description   *string
	FailureDomain *string
	// Groups replace those that it is in; there is at least one.
	Groups []string
	Config StringMapPatch
}

// member reads a member that the caller may change.
func (c *Client) member(ctx context.Context, as Scope, name string) (*ClusterMember, error) {
	if err := administer(as); err != nil {
		return nil, err
	}
	return c.ClusterMember(ctx, name)
}

// UpdateClusterMember changes a member.
func (c *Client) UpdateClusterMember(ctx context.Context, as Scope, name string, input *UpdateClusterMemberInput, ifMatch *string) (*Operation, error) {
	member, err := c.member(ctx, as, name)
	switch {
	case err != nil:
		return nil, err
	case input.Groups != nil && len(input.Groups) == 0:
		return nil, &InputError{"input.groups", "a member is in at least one group"}
	case input.FailureDomain != nil && *input.FailureDomain == "":
		return nil, &InputError{"input.failureDomain", "a failure domain has a name; that of a new member is default"}
	}
	for _, group := range input.Groups {
		if _, err := c.ClusterGroup(ctx, group); err != nil {
			return nil, err
		}
	}
	operation, err := c.edit(ctx, as, nil, "", member.address(), ifMatch, func(current object) error {
		for _, err := range []error{
			setGiven(current, "description", input.Description), setGiven(current, "failure_domain", input.FailureDomain),
			setList(current, "groups", input.Groups), setConfig(current, input.Config),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && strings.HasPrefix(err.Error(), "Invalid cluster configuration key") {
		return nil, &InputError{"input.config", err.Error()}
	}
	return operation, err
}

// RenameClusterMember renames a member.
func (c *Client) RenameClusterMember(ctx context.Context, as Scope, name, newName string) (*Operation, error) {
	member, err := c.member(ctx, as, name)
	if err != nil {
		return nil, err
	}
	if err := c.freeMemberName(ctx, "newName", newName); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, "", http.MethodPost, member.address(), map[string]any{"server_name": newName})
	return operation, nameTaken(err, "the cluster has a member "+newName+" already: choose another name")
}

// DeleteClusterMember takes a member out of the cluster. With force also one
// that is gone, one on which instances are, or the one that lxdql itself asks:
// what is on it is lost to the cluster.
func (c *Client) DeleteClusterMember(ctx context.Context, as Scope, name string, force bool) (*ClusterMember, *Operation, error) {
	member, err := c.member(ctx, as, name)
	if err != nil {
		return nil, nil, err
	}
	members, err := c.ClusterMembers(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(members) == 1 {
		return nil, nil, conflict("%s is the last member, and a cluster has at least one", name)
	}
	address := member.address()
	if force {
		address += "?force=1"
	} else if err := c.removable(ctx, member); err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, "", http.MethodDelete, address, nil)
	if err != nil && strings.Contains(err.Error(), "still has the following") {
		err = &InUseError{err.Error()}
	}
	return member, operation, unreached(err, member, ": say force: true to take it out all the same")
}

// unreached says of a member that LXD cannot reach what may be done about it.
// LXD notices only after a while (cluster.offline_threshold) that one is OFFLINE.
func unreached(err error, member *ClusterMember, advice string) error {
	if err != nil && (strings.Contains(err.Error(), "Unable to connect to") || isMessage(err, "Missing event connection with target cluster member")) {
		return conflict("LXD cannot reach the member %s%s", member.Name, advice)
	}
	return err
}

// removable is an error for a member that something needs.
func (c *Client) removable(ctx context.Context, member *ClusterMember) error {
	if member.Status == "OFFLINE" {
		return conflict("LXD cannot reach the member %s: say force: true to take it out all the same", member.Name)
	}
	cluster, err := c.Cluster(ctx)
	if err != nil {
		return err
	}
	if cluster.Name == member.Name {
		return conflict("lxdql itself asks LXD through the member %s: point it at another one first, or say force: true", member.Name)
	}
	instances, err := c.Instances(ctx, System, InstanceList{AllProjects: true})
	if err != nil {
		return err
	}
	var on []string
	for _, instance := range instances {
		if instance.Member == member.Name {
			on = append(on, instance.Project+"/"+instance.Name)
		}
	}
	if len(on) > 0 {
		return &InUseError{"there are instances on the member " + member.Name + ", " + some(on) + ": move them away with evacuateClusterMember or migrateInstance first"}
	}
	return nil
}

// some names the first few of many.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + " and others"
}
