package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// NetworkZoneConnection is a page of zones.
	NetworkZoneConnection = Connection[*lxd.NetworkZone]
	// NetworkZoneEdge is one zone of a page.
	NetworkZoneEdge = Edge[*lxd.NetworkZone]
)

// NetworkZones are ordered, chosen and found by these.
var NetworkZones = Kind[*lxd.NetworkZone]{
	Key: func(o *lxd.NetworkZone) []string { return []string{o.Project, o.Name} },
	Values: map[string]func(*lxd.NetworkZone) any{
		"project":     func(o *lxd.NetworkZone) any { return o.Project },
		"name":        func(o *lxd.NetworkZone) any { return o.Name },
		"description": func(o *lxd.NetworkZone) any { return o.Description },
		"used":        func(o *lxd.NetworkZone) any { return len(o.Users) > 0 },
		"tags":        func(o *lxd.NetworkZone) any { return Tags(o.Tags()) },
	},
	Config: func(o *lxd.NetworkZone, as lxd.Scope) lxd.StringMap {
		return o.Config.Visible("", lxd.SeesSecrets(as, ""))
	},
	Texts: func(o *lxd.NetworkZone) []string { return append([]string{o.Name, o.Description}, o.Tags()...) },
}
