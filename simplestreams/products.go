package simplestreams

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// stream is the beginning of what a server offers: the files that list products.
type stream struct {
	Index map[string]struct {
		DataType string `json:"datatype"`
		Path     string `json:"path"`
	} `json:"index"`
}

// paths are the files that list images to download, in the order of their names.
func (s stream) paths() []string {
	var paths []string
	for _, name := range slices.Sorted(maps.Keys(s.Index)) {
		if entry := s.Index[name]; entry.DataType == "image-downloads" && entry.Path != "" {
			paths = append(paths, entry.Path)
		}
	}
	return paths
}

type catalogue struct {
	Products map[string]product `json:"products"`
}

type product struct {
	Aliases  string             `json:"aliases"`
	Arch     string             `json:"arch"`
	OS       string             `json:"os"`
	Release  string             `json:"release"`
	Version  string             `json:"version"`
	Variant  string             `json:"variant"`
	Versions map[string]version `json:"versions"`
}

type version struct {
	Items map[string]item `json:"items"`
}

// item is a file of a build. The combined hashes stand on the metadata's file:
// they are the fingerprints of the image that it makes with each of the others.
type item struct {
	Kind       string `json:"ftype"`
	Size       int64  `json:"size"`
	Hash       string `json:"sha256"`
	WithTar    string `json:"combined_rootxz_sha256"`
	WithSquash string `json:"combined_squashfs_sha256"`
	WithAny    string `json:"combined_sha256"`
	WithKVM    string `json:"combined_disk-kvm-img_sha256"`
	WithDisk   string `json:"combined_disk1-img_sha256"`
	WithUEFI   string `json:"combined_uefi1-img_sha256"`
}

// images are what the products offer to LXD.
func (c catalogue) images(server string) []*RemoteImage {
	var images []*RemoteImage
	for _, name := range slices.Sorted(maps.Keys(c.Products)) {
		images = append(images, c.Products[name].images(server)...)
	}
	return images
}

// images are those of all builds, the newest first: it has the aliases.
func (p product) images(server string) []*RemoteImage {
	var images []*RemoteImage
	named := map[bool]bool{}
	serials := slices.Sorted(maps.Keys(p.Versions))
	slices.Reverse(serials)
	for _, serial := range serials {
		for _, image := range p.Versions[serial].images() {
			image.OS, image.Release, image.Version, image.Variant = p.OS, p.Release, p.Version, p.Variant
			image.Serial, image.CreatedAt = serial, builtAt(serial)
			image.Architecture, image.ServerURL, image.AliasNames = architecture(p.Arch), server, []string{}
			if !named[image.VirtualMachine] {
				named[image.VirtualMachine] = true
				image.AliasNames = p.aliases()
			}
			images = append(images, image)
		}
	}
	return images
}

func (p product) aliases() []string {
	names := []string{}
	for name := range strings.SplitSeq(p.Aliases, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// images are the container's and the virtual machine's, as far as the build has
// what LXD needs for them. What LXD would choose itself comes first.
func (v version) images() []*RemoteImage {
	var images []*RemoteImage
	first := func(virtual bool, choices ...choice) {
		for _, c := range choices {
			if fingerprint.MatchString(c.hash) {
				images = append(images, &RemoteImage{VirtualMachine: virtual, Fingerprint: strings.ToLower(c.hash), SizeBytes: max(0, c.size)})
				return
			}
		}
	}
	whole, metadata := v.kind("lxd_combined.tar.gz"), v.kind("lxd.tar.xz")
	with := func(kind string, hashes ...string) choice {
		part, hash := v.kind(kind), ""
		for _, known := range hashes {
			if hash == "" && part.Kind != "" {
				hash = known
			}
		}
		return choice{hash, metadata.Size + part.Size}
	}
	first(false, with("squashfs", metadata.WithSquash), with("root.tar.xz", metadata.WithTar, metadata.WithAny), choice{whole.Hash, whole.Size})
	first(true, with("disk-kvm.img", metadata.WithKVM), with("disk1.img", metadata.WithDisk), with("uefi1.img", metadata.WithUEFI))
	return images
}

// choice is one way to an image.
type choice struct {
	hash string
	size int64
}

var fingerprint = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// kind is the file of a kind; an empty one when there is none.
func (v version) kind(name string) item {
	for _, key := range slices.Sorted(maps.Keys(v.Items)) {
		if v.Items[key].Kind == name {
			return v.Items[key]
		}
	}
	return item{}
}
