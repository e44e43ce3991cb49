package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// StorageBucketConnection is a page of buckets.
	StorageBucketConnection = Connection[*lxd.StorageBucket]
	// StorageBucketEdge is one bucket of a page.
	StorageBucketEdge = Edge[*lxd.StorageBucket]
)

// StorageBuckets are ordered, chosen and found by these.
var StorageBuckets = Kind[*lxd.StorageBucket]{
	Key: func(o *lxd.StorageBucket) []string { return []string{o.Project, o.Pool, o.Name} },
	Values: map[string]func(*lxd.StorageBucket) any{
		"project":     func(o *lxd.StorageBucket) any { return o.Project },
		"name":        func(o *lxd.StorageBucket) any { return o.Name },
		"description": func(o *lxd.StorageBucket) any { return o.Description },
		"pool":        func(o *lxd.StorageBucket) any { return o.Pool },
		"location":    func(o *lxd.StorageBucket) any { return o.Location() },
		"tags":        func(o *lxd.StorageBucket) any { return Tags(o.Tags()) },
	},
	Config: func(o *lxd.StorageBucket, as lxd.Scope) lxd.StringMap {
		return o.Config.Visible("", lxd.SeesSecrets(as, o.Project))
	},
	Texts: func(o *lxd.StorageBucket) []string { return append([]string{o.Name, o.Description}, o.Tags()...) },
}
