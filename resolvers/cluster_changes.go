package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// clusterChange makes a change of the cluster as a whole, which may take longer
// than the caller waits.
func (r *Resolver) clusterChange(ctx context.Context, wait *int, change changing) (*work.ClusterPayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := change(ctx)
	cluster, operation, err := serverChanged(ctx, r, operation, wait, err, r.LXD.Cluster)
	return &work.ClusterPayload{Cluster: cluster, Operation: operation}, err
}

func (r *Resolver) createClusterJoinToken(ctx context.Context, name string) (*work.CreateClusterJoinTokenPayload, error) {
	token, err := r.LXD.CreateClusterJoinToken(ctx, scope(ctx), name)
	if err != nil {
		return nil, err
	}
	return &work.CreateClusterJoinTokenPayload{Token: &token.Text, TokenExpiresAt: token.ExpiresAt}, nil
}

// memberChange makes a change after which a member has a name.
func (r *Resolver) memberChange(ctx context.Context, name string, wait *int, change changing) (*work.ClusterMemberPayload, error) {
	member, operation, err := serverChange(ctx, r, theCluster, wait, change, func(ctx context.Context) (*lxd.ClusterMember, error) {
		return r.LXD.ClusterMember(ctx, name)
	})
	return &work.ClusterMemberPayload{Member: member, Operation: operation}, err
}

// memberWork begins work on a member that takes as long as its instances do:
// other changes of the cluster do not wait for it.
func (r *Resolver) memberWork(ctx context.Context, name string, wait *int, begin changing) (*work.ClusterMemberPayload, error) {
	if _, err := waiting(wait); err != nil {
		return nil, err
	}
	operation, err := begin(ctx)
	member, operation, err := serverChanged(ctx, r, operation, wait, err, func(ctx context.Context) (*lxd.ClusterMember, error) {
		return r.LXD.ClusterMember(ctx, name)
	})
	return &work.ClusterMemberPayload{Member: member, Operation: operation}, err
}

// groupChange makes a change after which a group of members has a name.
func (r *Resolver) groupChange(ctx context.Context, name string, wait *int, change changing) (*work.ClusterGroupPayload, error) {
	group, operation, err := serverChange(ctx, r, theCluster, wait, change, func(ctx context.Context) (*lxd.ClusterGroup, error) {
		return r.LXD.ClusterGroup(ctx, name)
	})
	return &work.ClusterGroupPayload{Group: group, Operation: operation}, err
}
