package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// NetworkConnection is a page of networks.
	NetworkConnection = Connection[*lxd.Network]
	// NetworkEdge is one network of a page.
	NetworkEdge = Edge[*lxd.Network]
)

// Networks are ordered, chosen and found by these.
var Networks = Kind[*lxd.Network]{
	Key: func(o *lxd.Network) []string { return []string{o.Project, o.Name} },
	Values: map[string]func(*lxd.Network) any{
		"project":     func(o *lxd.Network) any { return o.Project },
		"name":        func(o *lxd.Network) any { return o.Name },
		"description": func(o *lxd.Network) any { return o.Description },
		"type":        func(o *lxd.Network) any { return o.Type },
		"managed":     func(o *lxd.Network) any { return o.Managed },
		"status":      func(o *lxd.Network) any { return o.Status },
		"location":    func(o *lxd.Network) any { return Any(o.Locations()) },
		"subnet":      func(o *lxd.Network) any { return Any(o.Subnets()) },
		"tags":        func(o *lxd.Network) any { return Tags(o.Tags()) },
	},
	Config: func(o *lxd.Network, as lxd.Scope) lxd.StringMap {
		return o.Config.Visible("", lxd.SeesSecrets(as, ""))
	},
	Texts: func(o *lxd.Network) []string {
		return append(append([]string{o.Name, o.Description}, o.Tags()...), o.Subnets()...)
	},
}
