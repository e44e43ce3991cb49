package lxd

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// An archive of an instance brings its own configuration: backup/index.yaml,
// which LXD checks, and backup/container/backup.yaml, from which 5.0.2 makes the
// instance without looking at it again (seen). So both are looked at here, and
// what goes on to LXD is written anew from what was read, so that LXD cannot
// read anything else. [ArchiveCheck] does it for everybody but administrators.

// ArchiveCheck looks into archives for one caller and project.
type ArchiveCheck struct {
	client  *Client
	ctx     context.Context
	as      Scope
	project string
}

// NewArchiveCheck is nil for who may import whatever it is.
func (c *Client) NewArchiveCheck(ctx context.Context, as Scope, project string) *ArchiveCheck {
	if as.Allows("", true) {
		return nil
	}
	return &ArchiveCheck{c, ctx, as, project}
}

// keptVolatile are the keys of LXD's own that an instance takes along: the rest
// it makes anew. Without last_state.idmap LXD would shift the owners of files
// that are shifted already (seen on 5.0.2).
var keptVolatile = regexp.MustCompile(`^volatile\.(base_image|uuid|cloud-init\.instance-id|last_state\.idmap|[a-zA-Z0-9_-]+\.hwaddr)$`)

// Index checks backup/index.yaml and writes it anew.
func (a *ArchiveCheck) Index(data []byte) ([]byte, error) {
	root, err := archiveDocument(data)
	if err != nil {
		return nil, err
	}
	onlyKeys(root, "name", "backend", "pool", "snapshots", "optimized", "optimized_header", "type", "config")
	var optimized, header bool
	var pool, kind string
	var snapshots []string
	err = errors.Join(plainName(root), readKey(root, "optimized", &optimized), readKey(root, "optimized_header", &header),
		readKey(root, "pool", &pool), readKey(root, "type", &kind), readKey(root, "snapshots", &snapshots))
	if err != nil {
		return nil, err
	}
	switch {
	case optimized || header || child(root, "optimized") == nil: // without the key LXD looks for another index
		return nil, hostError("body", "an archive in a storage driver's own format hides its configuration")
	case !slices.Contains([]string{"container", "virtual-machine", "custom"}, kind):
		return nil, unreadable("its type is " + kind)
	case strings.ContainsAny(pool, "/\n"), slices.ContainsFunc(snapshots, badSegment):
		return nil, unreadable("a name in it is none")
	}
	if err := a.contents(child(root, "config")); err != nil {
		return nil, err
	}
	return yaml.Marshal(root)
}

func badSegment(name string) bool {
	return name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\\n")
}

// Instance checks a backup.yaml and writes it anew.
func (a *ArchiveCheck) Instance(data []byte) ([]byte, error) {
	root, err := archiveDocument(data)
	if err != nil {
		return nil, err
	}
	if err := a.contents(root); err != nil {
		return nil, err
	}
	return yaml.Marshal(root)
}

// Metadata refuses the metadata of an image with templates: LXD renders them on
// its host.
func (a *ArchiveCheck) Metadata(data []byte) ([]byte, error) {
	root, err := archiveDocument(data)
	if err != nil {
		return nil, err
	}
	if templates := child(root, "templates"); templates != nil && len(templates.Content) > 0 {
		return nil, TemplateError()
	}
	return yaml.Marshal(root)
}

// TemplateError refuses an archive with templates.
func TemplateError() error {
	return hostError("body", "the archive has templates, which are rendered on LXD's host")
}

// contents is the configuration of an instance or volume and all that is its.
func (a *ArchiveCheck) contents(root *yaml.Node) error {
	if root == nil {
		return nil
	}
	onlyKeys(root, "version", "container", "instance", "snapshots", "pool", "volume", "volume_snapshots")
	for _, key := range []string{"container", "instance"} {
		if err := a.instance(child(root, key)); err != nil {
			return err
		}
	}
	for _, snapshot := range items(root, "snapshots") {
		if err := a.instance(snapshot); err != nil {
			return err
		}
	}
	for _, volume := range append(items(root, "volume_snapshots"), child(root, "volume")) {
		if err := a.volume(volume); err != nil {
			return err
		}
	}
	pool := child(root, "pool")
	keepKeys(pool, func(key string) bool { return key != "config" })
	return plainName(pool)
}

func (a *ArchiveCheck) instance(node *yaml.Node) error {
	if node == nil {
		return nil
	}
	for _, key := range []string{"config", "expanded_config"} {
		keepKeys(child(node, key), func(key string) bool { return !strings.HasPrefix(key, "volatile.") || keptVolatile.MatchString(key) })
	}
	var config, expanded StringMap
	var devices, expandedDevices DeviceMap
	var profiles []string
	err := errors.Join(plainName(node), readKey(node, "config", &config), readKey(node, "expanded_config", &expanded),
		readKey(node, "devices", &devices), readKey(node, "expanded_devices", &expandedDevices), readKey(node, "profiles", &profiles))
	if err != nil {
		return err
	}
	for _, part := range []struct {
		config  StringMap
		devices DeviceMap
	}{{config, devices}, {expanded, expandedDevices}} {
		for key := range part.config {
			if keptVolatile.MatchString(key) {
				delete(part.config, key)
			}
		}
		if err := reachesHost("", part.config, part.devices); err != nil {
			return err
		}
	}
	if err := a.client.mayUseVolumes(a.ctx, a.as, a.project, nil, devices); err != nil {
		return err
	}
	if err := a.client.mayUseProfiles(a.ctx, a.project, profiles); err != nil {
		var forbidden *ForbiddenError
		if errors.As(err, &forbidden) {
			return &ForbiddenError{Argument: "profiles", Reason: forbidden.Reason}
		}
		return err
	}
	return nil
}

func (a *ArchiveCheck) volume(node *yaml.Node) error {
	if node == nil {
		return nil
	}
	// Without idmap.last LXD would shift the owners of files that are shifted already.
	keepKeys(child(node, "config"), func(key string) bool { return !strings.HasPrefix(key, "volatile.") || key == "volatile.idmap.last" })
	var config StringMap
	if err := errors.Join(plainName(node), readKey(node, "config", &config)); err != nil {
		return err
	}
	delete(config, "volatile.idmap.last")
	for _, key := range sortedKeys(config) {
		if !listed(harmlessVolume, key) {
			return hostError("config."+key, fmt.Sprintf("the configuration key %q of a volume reaches the host", key))
		}
		if reason := hostValue(key, config[key]); reason != "" {
			return hostError("config."+key, reason)
		}
	}
	return nil
}
