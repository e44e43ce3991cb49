package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// ProjectConnection is a page of projects.
	ProjectConnection = Connection[*lxd.Project]
	// ProjectEdge is one project of a page.
	ProjectEdge = Edge[*lxd.Project]
)

// Projects are ordered, chosen and found by these.
var Projects = Kind[*lxd.Project]{
	Key: func(p *lxd.Project) []string { return []string{p.Name} },
	Values: map[string]func(*lxd.Project) any{
		"name":        func(p *lxd.Project) any { return p.Name },
		"description": func(p *lxd.Project) any { return p.Description },
		"tags":        func(p *lxd.Project) any { return Tags(p.Tags()) },
	},
	Config: func(p *lxd.Project, as lxd.Scope) lxd.StringMap {
		return p.Config.Visible("", lxd.SeesSecrets(as, p.Name))
	},
	Texts: func(p *lxd.Project) []string { return append([]string{p.Name, p.Description}, p.Tags()...) },
}
