package work

import "github.com/lxdql/lxdql/lxd"

// ClusterPayload is what a change of the cluster as a whole gives.
type ClusterPayload struct {
	// Cluster is the cluster after the change; nil when it could not be read.
	Cluster *lxd.ServerCluster
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// CreateClusterJoinTokenPayload is a token to join a cluster with.
type CreateClusterJoinTokenPayload struct {
	// Token is shown here and nowhere else.
	Token *string
	// TokenExpiresAt is until when the token works; zero for ever.
	TokenExpiresAt lxd.Time
}

// ClusterMemberPayload is what a change of a member gives.
type ClusterMemberPayload struct {
	// Member is the member after the change; nil when it could not be read.
	Member *lxd.ClusterMember
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// ClusterGroupPayload is what a change of a group of members gives.
type ClusterGroupPayload struct {
	// Group is the group after the change; nil when there is none (yet).
	Group *lxd.ClusterGroup
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	EnableClusterPayload            = ClusterPayload
	UpdateClusterCertificatePayload = ClusterPayload
	UpdateClusterMemberPayload      = ClusterMemberPayload
	RenameClusterMemberPayload      = ClusterMemberPayload
	DeleteClusterMemberPayload      = DeletePayload
	EvacuateClusterMemberPayload    = ClusterMemberPayload
	RestoreClusterMemberPayload     = ClusterMemberPayload
	CreateClusterGroupPayload       = ClusterGroupPayload
	UpdateClusterGroupPayload       = ClusterGroupPayload
	RenameClusterGroupPayload       = ClusterGroupPayload
	DeleteClusterGroupPayload       = DeletePayload
)
