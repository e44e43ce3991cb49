package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// ImageConnection is a page of images.
	ImageConnection = Connection[*lxd.Image]
	// ImageEdge is one image of a page.
	ImageEdge = Edge[*lxd.Image]
)

// Images are ordered, chosen and found by these.
var Images = Kind[*lxd.Image]{
	Key: func(i *lxd.Image) []string { return []string{i.Project, i.Fingerprint} },
	Values: map[string]func(*lxd.Image) any{
		"project":      func(i *lxd.Image) any { return i.Project },
		"fingerprint":  func(i *lxd.Image) any { return i.Fingerprint },
		"description":  func(i *lxd.Image) any { return i.Description() },
		"alias":        func(i *lxd.Image) any { return Any(i.AliasNames()) },
		"type":         func(i *lxd.Image) any { return i.Type },
		"architecture": func(i *lxd.Image) any { return i.Architecture },
		"sizeBytes":    func(i *lxd.Image) any { return i.SizeBytes },
		"public":       func(i *lxd.Image) any { return i.Public },
		"autoUpdate":   func(i *lxd.Image) any { return i.AutoUpdate },
		"createdAt":    func(i *lxd.Image) any { return i.CreatedAt },
		"uploadedAt":   func(i *lxd.Image) any { return i.UploadedAt },
		"lastUsedAt":   func(i *lxd.Image) any { return i.LastUsedAt },
	},
	Config: func(i *lxd.Image, _ lxd.Scope) lxd.StringMap { return i.Properties },
	Texts: func(i *lxd.Image) []string {
		texts := append([]string{i.Description(), i.Fingerprint}, i.AliasNames()...)
		for _, property := range i.Properties {
			texts = append(texts, property)
		}
		return texts
	},
}
