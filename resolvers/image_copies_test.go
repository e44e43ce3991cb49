package resolvers

import (
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

// A shortcut is no address that the caller names; anything else is.
func TestShortcutsOfImageServers(t *testing.T) {
	for _, one := range []struct {
		server, alias, address, called string
		known                          bool
	}{
		{"ubuntu:", "24.04", "https://cloud-images.ubuntu.com/releases", "24.04", true},
		{"images", "alpine/3.20", "https://images.lxd.canonical.com", "alpine/3.20", true},
		{"", "ubuntu:24.04", "https://cloud-images.ubuntu.com/releases", "24.04", true},
		{"", "mine:one", "", "mine:one", false},
		{"", "one", "", "one", false},
		{"https://cloud-images.ubuntu.com/releases", "24.04", "https://cloud-images.ubuntu.com/releases", "24.04", false},
	} {
		source := &lxd.ImageSource{Alias: &one.alias}
		if one.server != "" {
			source.Server = &one.server
		}
		withoutShortcut(source)
		if value(source.Server) != one.address || value(source.Alias) != one.called || source.Known != one.known {
			t.Errorf("%s %s: %q %q %v", one.server, one.alias, value(source.Server), value(source.Alias), source.Known)
		}
	}
}
