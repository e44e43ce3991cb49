package page

import (
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/simplestreams"
)

// GraphQL names a page by what is on it.
type (
	// RemoteImageConnection is a page of the images of an image server.
	RemoteImageConnection = Connection[*simplestreams.RemoteImage]
	// RemoteImageEdge is one image of a page.
	RemoteImageEdge = Edge[*simplestreams.RemoteImage]
)

// RemoteType is what instances of an image server's image are.
func RemoteType(i *simplestreams.RemoteImage) lxd.InstanceType {
	if i.VirtualMachine {
		return lxd.TypeVirtualMachine
	}
	return lxd.TypeContainer
}

// RemoteImages are ordered, chosen and found by these.
var RemoteImages = Kind[*simplestreams.RemoteImage]{
	Key: func(i *simplestreams.RemoteImage) []string {
		return []string{i.OS, i.Release, i.Architecture, i.Variant, string(RemoteType(i)), i.Serial, i.Fingerprint}
	},
	Values: map[string]func(*simplestreams.RemoteImage) any{
		"alias":        func(i *simplestreams.RemoteImage) any { return Any(i.AliasNames) },
		"os":           func(i *simplestreams.RemoteImage) any { return i.OS },
		"release":      func(i *simplestreams.RemoteImage) any { return i.Release },
		"version":      func(i *simplestreams.RemoteImage) any { return i.Version },
		"variant":      func(i *simplestreams.RemoteImage) any { return i.Variant },
		"serial":       func(i *simplestreams.RemoteImage) any { return i.Serial },
		"architecture": func(i *simplestreams.RemoteImage) any { return i.Architecture },
		"type":         func(i *simplestreams.RemoteImage) any { return RemoteType(i) },
		"fingerprint":  func(i *simplestreams.RemoteImage) any { return i.Fingerprint },
		"sizeBytes":    func(i *simplestreams.RemoteImage) any { return i.SizeBytes },
		"createdAt":    func(i *simplestreams.RemoteImage) any { return lxd.Time{Time: i.CreatedAt} },
	},
	Texts: func(i *simplestreams.RemoteImage) []string {
		return append([]string{i.Description(), i.Version, i.Variant, i.Fingerprint}, i.AliasNames...)
	},
}
