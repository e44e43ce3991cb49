package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// WarningConnection is a page of warnings.
	WarningConnection = Connection[*lxd.Warning]
	// WarningEdge is one warning of a page.
	WarningEdge = Edge[*lxd.Warning]
)

// Warnings are ordered, chosen and found by these.
var Warnings = Kind[*lxd.Warning]{
	Key: func(o *lxd.Warning) []string { return []string{sortable(o.FirstSeenAt), o.UUID} },
	Values: map[string]func(*lxd.Warning) any{
		"project":     func(o *lxd.Warning) any { return optional(o.Project) },
		"type":        func(o *lxd.Warning) any { return o.Type },
		"status":      func(o *lxd.Warning) any { return o.Status },
		"severity":    func(o *lxd.Warning) any { return o.Severity },
		"lastMessage": func(o *lxd.Warning) any { return o.LastMessage },
		"location":    func(o *lxd.Warning) any { return o.Location() },
		"count":       func(o *lxd.Warning) any { return o.Count },
		"firstSeenAt": func(o *lxd.Warning) any { return o.FirstSeenAt },
		"lastSeenAt":  func(o *lxd.Warning) any { return o.LastSeenAt },
	},
	Texts: func(o *lxd.Warning) []string { return []string{o.Type, o.LastMessage} },
}
