package simplestreams

import (
	"strings"
	"time"
)

// RemoteImage is an image that a server offers.
type RemoteImage struct {
	// AliasNames are on the newest build of a product only: that is what they mean.
	AliasNames []string
	OS         string
	Release    string
	Version    string
	Variant    string
	// Serial is the build: "20240101_13:00".
	Serial       string
	Architecture string
	// VirtualMachine is false for a container's.
	VirtualMachine bool
	Fingerprint    string
	SizeBytes      int64
	CreatedAt      time.Time
	ServerURL      string
}

// IsNode marks that an image has an id: its server and its fingerprint.
func (*RemoteImage) IsNode() {}

// Description is the image in a line, for people.
func (i *RemoteImage) Description() string {
	words := []string{i.OS, i.Release, i.Architecture}
	if i.Variant != "" && i.Variant != "default" {
		words = append(words, i.Variant)
	}
	return strings.Join(append(words, "("+i.Serial+")"), " ")
}

// architectures are LXD's names for those that servers use.
var architectures = map[string]string{
	"amd64": "x86_64", "i386": "i686", "arm64": "aarch64", "armhf": "armv7l", "armel": "armv6l",
	"ppc64el": "ppc64le", "powerpc": "ppc", "loong64": "loongarch64",
}

func architecture(name string) string {
	if known, ok := architectures[name]; ok {
		return known
	}
	return name
}

// builtAt reads when a build was made out of its name; zero when it does not say.
func builtAt(serial string) time.Time {
	for _, layout := range []string{"20060102_15:04", "20060102_1504", "20060102"} {
		if len(serial) < len(layout) {
			continue
		}
		if built, err := time.Parse(layout, serial[:len(layout)]); err == nil {
			return built
		}
	}
	return time.Time{}
}
