package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// ProfileConnection is a page of profiles.
	ProfileConnection = Connection[*lxd.Profile]
	// ProfileEdge is one profile of a page.
	ProfileEdge = Edge[*lxd.Profile]
)

// Profiles are ordered, chosen and found by these.
var Profiles = Kind[*lxd.Profile]{
	Key: func(p *lxd.Profile) []string { return []string{p.Project, p.Name} },
	Values: map[string]func(*lxd.Profile) any{
		"project":     func(p *lxd.Profile) any { return p.Project },
		"name":        func(p *lxd.Profile) any { return p.Name },
		"description": func(p *lxd.Profile) any { return p.Description },
		"tags":        func(p *lxd.Profile) any { return Tags(p.Tags()) },
	},
	Config: func(p *lxd.Profile, as lxd.Scope) lxd.StringMap {
		return p.Config.Visible("", lxd.SeesSecrets(as, p.Project))
	},
	Texts: func(p *lxd.Profile) []string { return append([]string{p.Name, p.Description}, p.Tags()...) },
}
