package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// StoragePoolConnection is a page of storage pools.
	StoragePoolConnection = Connection[*lxd.StoragePool]
	// StoragePoolEdge is one storage pool of a page.
	StoragePoolEdge = Edge[*lxd.StoragePool]
)

// StoragePools are ordered, chosen and found by these.
var StoragePools = Kind[*lxd.StoragePool]{
	Key: func(o *lxd.StoragePool) []string { return []string{o.Name} },
	Values: map[string]func(*lxd.StoragePool) any{
		"name":        func(o *lxd.StoragePool) any { return o.Name },
		"description": func(o *lxd.StoragePool) any { return o.Description },
		"driver":      func(o *lxd.StoragePool) any { return o.Driver },
		"status":      func(o *lxd.StoragePool) any { return o.Status },
		"location":    func(o *lxd.StoragePool) any { return Any(o.Locations()) },
		"tags":        func(o *lxd.StoragePool) any { return Tags(o.Tags()) },
	},
	Config: func(o *lxd.StoragePool, as lxd.Scope) lxd.StringMap {
		return o.Config.Visible("", lxd.SeesSecrets(as, ""))
	},
	Texts: func(o *lxd.StoragePool) []string {
		return append([]string{o.Name, o.Description, o.Driver}, o.Tags()...)
	},
}
