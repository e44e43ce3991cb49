package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// ImageAliasConnection is a page of aliases.
	ImageAliasConnection = Connection[*lxd.ImageAlias]
	// ImageAliasEdge is one alias of a page.
	ImageAliasEdge = Edge[*lxd.ImageAlias]
)

// ImageAliases are ordered, chosen and found by these.
var ImageAliases = Kind[*lxd.ImageAlias]{
	Key: func(a *lxd.ImageAlias) []string { return []string{a.Project, a.Name} },
	Values: map[string]func(*lxd.ImageAlias) any{
		"project":     func(a *lxd.ImageAlias) any { return a.Project },
		"name":        func(a *lxd.ImageAlias) any { return a.Name },
		"description": func(a *lxd.ImageAlias) any { return a.Description },
		"type":        func(a *lxd.ImageAlias) any { return a.Type },
		"fingerprint": func(a *lxd.ImageAlias) any { return a.Target },
	},
	Texts: func(a *lxd.ImageAlias) []string { return []string{a.Name, a.Description, a.Target} },
}
