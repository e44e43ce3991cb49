package relay

import (
	"archive/tar"
	"path"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// place is where in a backup an entry stands, which says what it may be.
type place struct {
	known bool
	// root is the directory of an instance or of a snapshot of one.
	root bool
	// free is inside what the instance itself sees: it holds what it likes.
	free bool
	// look checks a file that says something of the configuration.
	look func(*lxd.ArchiveCheck, []byte) ([]byte, error)
	// below is the directory that links in a free place stay in.
	below string
	// file is what only a regular file may be, directory what only a directory may be.
	file, directory bool
}

// placeOf knows the layout of LXD's backups that are not in a storage driver's
// own format.
func placeOf(name string) place {
	parts := strings.Split(name, "/")
	switch {
	case name == "backup":
		return place{known: true, directory: true}
	case parts[0] != "backup":
		return place{}
	case name == "backup/index.yaml":
		return place{known: true, file: true, look: (*lxd.ArchiveCheck).Index}
	}
	switch parts[1] {
	case "container", "virtual-machine":
		return inInstance(strings.Join(parts[:2], "/"), parts[2:])
	case "snapshots", "virtual-machine-snapshots":
		switch {
		case len(parts) == 2:
			return place{known: true, directory: true}
		case len(parts) == 3 && strings.HasSuffix(parts[2], ".img"):
			return place{known: true, file: true}
		}
		return inInstance(strings.Join(parts[:3], "/"), parts[3:])
	case "volume":
		return place{known: true, free: true, below: "backup/volume", directory: len(parts) == 2}
	case "volume-snapshots":
		if len(parts) == 3 && strings.HasSuffix(parts[2], ".img") {
			return place{known: true, file: true}
		}
		return place{known: true, free: len(parts) > 3, below: strings.Join(parts[:min(3, len(parts))], "/"), directory: len(parts) <= 3}
	case "virtual-machine.img", "volume.img", "volume.iso":
		return place{known: len(parts) == 2, file: true}
	}
	return place{}
}

// inInstance is a place in the directory of an instance or snapshot.
func inInstance(root string, parts []string) place {
	switch name := strings.Join(parts, "/"); {
	case name == "":
		return place{known: true, root: true, directory: true}
	case name == "backup.yaml":
		return place{known: true, file: true, look: (*lxd.ArchiveCheck).Instance}
	case name == "metadata.yaml":
		return place{known: true, file: true, look: (*lxd.ArchiveCheck).Metadata}
	case name == "templates", name == "rootfs":
		return place{known: true, directory: true}
	case parts[0] == "templates":
		return place{known: true, file: true, look: func(*lxd.ArchiveCheck, []byte) ([]byte, error) { return nil, lxd.TemplateError() }}
	case parts[0] == "rootfs":
		return place{known: true, free: true, below: root + "/rootfs"}
	}
	return place{known: true}
}

// harmlessDevices are the character devices that every system has: memory's and
// terminals', and the mark of a file that is gone from an overlay.
func harmlessDevice(header *tar.Header) bool {
	return header.Typeflag == tar.TypeChar && (header.Devmajor == 1 && header.Devminor != 1 && header.Devminor != 2 && header.Devminor != 4 || header.Devmajor == 5 || header.Devmajor == 0 && header.Devminor == 0)
}

// fits reports whether an entry may stand in the place.
func (p place) fits(header *tar.Header) bool {
	switch header.Typeflag {
	case tar.TypeReg:
		return p.known && !p.directory
	case tar.TypeDir:
		return p.known && !p.file
	case tar.TypeSymlink:
		return p.free && !p.directory
	case tar.TypeLink:
		return p.free && !p.directory && header.Linkname == path.Clean(header.Linkname) && strings.HasPrefix(header.Linkname, p.below+"/")
	case tar.TypeFifo:
		return p.free && !p.directory
	case tar.TypeChar:
		return p.free && !p.directory && harmlessDevice(header)
	}
	return false
}
