package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// StorageVolumeConnection is a page of volumes.
	StorageVolumeConnection = Connection[*lxd.StorageVolume]
	// StorageVolumeEdge is one volume of a page.
	StorageVolumeEdge = Edge[*lxd.StorageVolume]
)

// StorageVolumes are ordered, chosen and found by these.
var StorageVolumes = Kind[*lxd.StorageVolume]{
	Key: func(o *lxd.StorageVolume) []string {
		return []string{o.Project, o.Pool, string(o.Type), o.Name, o.Member}
	},
	Values: map[string]func(*lxd.StorageVolume) any{
		"project":     func(o *lxd.StorageVolume) any { return o.Project },
		"name":        func(o *lxd.StorageVolume) any { return o.Name },
		"description": func(o *lxd.StorageVolume) any { return o.Description },
		"pool":        func(o *lxd.StorageVolume) any { return o.Pool },
		"type":        func(o *lxd.StorageVolume) any { return o.Type },
		"contentType": func(o *lxd.StorageVolume) any { return o.ContentType },
		"location":    func(o *lxd.StorageVolume) any { return o.Location() },
		"createdAt":   func(o *lxd.StorageVolume) any { return o.CreatedAt },
		"sizeBytes":   func(o *lxd.StorageVolume) any { return o.SizeBytes() },
		"used":        func(o *lxd.StorageVolume) any { return len(o.Users) > 0 },
		"tags":        func(o *lxd.StorageVolume) any { return Tags(o.Tags()) },
	},
	Config: func(o *lxd.StorageVolume, as lxd.Scope) lxd.StringMap {
		return o.Config.Visible("", lxd.SeesSecrets(as, o.Project))
	},
	Texts: func(o *lxd.StorageVolume) []string { return append([]string{o.Name, o.Description}, o.Tags()...) },
}
