package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// NetworkAclConnection is a page of ACLs.
	NetworkAclConnection = Connection[*lxd.NetworkAcl]
	// NetworkAclEdge is one ACL of a page.
	NetworkAclEdge = Edge[*lxd.NetworkAcl]
)

// NetworkAcls are ordered, chosen and found by these.
var NetworkAcls = Kind[*lxd.NetworkAcl]{
	Key: func(o *lxd.NetworkAcl) []string { return []string{o.Project, o.Name} },
	Values: map[string]func(*lxd.NetworkAcl) any{
		"project":     func(o *lxd.NetworkAcl) any { return o.Project },
		"name":        func(o *lxd.NetworkAcl) any { return o.Name },
		"description": func(o *lxd.NetworkAcl) any { return o.Description },
		"used":        func(o *lxd.NetworkAcl) any { return len(o.Users) > 0 },
		"tags":        func(o *lxd.NetworkAcl) any { return Tags(o.Tags()) },
	},
	Config: func(o *lxd.NetworkAcl, as lxd.Scope) lxd.StringMap {
		return o.Config.Visible("", lxd.SeesSecrets(as, ""))
	},
	Texts: func(o *lxd.NetworkAcl) []string { return append([]string{o.Name, o.Description}, o.Tags()...) },
}
