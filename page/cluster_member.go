package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// ClusterMemberConnection is a page of members of a cluster.
	ClusterMemberConnection = Connection[*lxd.ClusterMember]
	// ClusterMemberEdge is one member of a page.
	ClusterMemberEdge = Edge[*lxd.ClusterMember]
)

// ClusterMembers are ordered, chosen and found by these.
var ClusterMembers = Kind[*lxd.ClusterMember]{
	Key: func(o *lxd.ClusterMember) []string { return []string{o.Name} },
	Values: map[string]func(*lxd.ClusterMember) any{
		"name":          func(o *lxd.ClusterMember) any { return o.Name },
		"description":   func(o *lxd.ClusterMember) any { return o.Description },
		"status":        func(o *lxd.ClusterMember) any { return o.Status },
		"architecture":  func(o *lxd.ClusterMember) any { return o.Architecture },
		"failureDomain": func(o *lxd.ClusterMember) any { return o.FailureDomain },
		"roles":         func(o *lxd.ClusterMember) any { return Tags(o.Roles) },
		"groups":        func(o *lxd.ClusterMember) any { return Tags(o.GroupNames) },
	},
	Config: func(o *lxd.ClusterMember, as lxd.Scope) lxd.StringMap {
		return o.Config.Visible("", lxd.SeesSecrets(as, ""))
	},
	Texts: func(o *lxd.ClusterMember) []string {
		return append([]string{o.Name, o.Description, o.URL, o.Message}, o.Roles...)
	},
}
