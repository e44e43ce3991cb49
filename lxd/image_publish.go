package lxd

import (
	"context"
	"net/http"
)

// PublishImageInput is an image that is made of an instance or a snapshot.
type PublishImageInput struct {
	Instance    string
	Snapshot    *string
	Project     *string
	Aliases     []*ImageAliasNameInput
	Properties  StringMap
	Public      *bool
	Compression *Compression
	ExpiresAt   *Time
}

// PublishImage begins to make an image of an instance that does not run, or of
// a snapshot. One that reaches the host is an administrator's of the server: the
// image has what was done on its disk with the host's rights.
func (c *Client) PublishImage(ctx context.Context, as Scope, input *PublishImageInput) (*Operation, error) {
	owner, err := c.administered(ctx, as, value(input.Project), FeatureImages)
	if err != nil {
		return nil, err
	}
	instance, err := c.writable(ctx, as, projectOrDefault(value(input.Project)), input.Instance)
	if err != nil {
		return nil, err
	}
	source := map[string]any{"type": "instance", "name": instance.Name}
	has := &InstanceEdit{Config: instance.ExpandedConfig.Map(), Devices: instance.ExpandedDevices}
	if input.Snapshot != nil {
		snapshot, err := c.InstanceSnapshot(ctx, as, instance.Project, instance.Name, *input.Snapshot)
		if err != nil {
			return nil, err
		}
		source = map[string]any{"type": "snapshot", "name": instance.Name + "/" + snapshot.Name()}
		has = &InstanceEdit{Config: snapshot.ExpandedConfig.Map(), Devices: snapshot.ExpandedDevices}
	} else if instance.Status != StatusStopped {
		return nil, conflict("%s is %s: only a stopped instance, or a snapshot, becomes an image", instance.Name, instance.Status)
	}
	if has = withoutVolatile(has); !as.Allows("", true) && reachesHost("", has.Config, has.Devices) != nil {
		return nil, hostError("input.instance", "the instance "+instance.Name+" reaches the host")
	}
	if err := c.freeAliases(ctx, as, owner, input.Aliases); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, instance.Project, http.MethodPost, in(instance.Project, path("images")), input.body(source))
	if isMessage(err, `exec: "tar2sqfs": executable file not found in $PATH`) {
		return nil, &InputError{"input.compression", "LXD's host lacks tar2sqfs, which SQUASHFS needs"}
	}
	return operation, err
}

func (i *PublishImageInput) body(source map[string]any) map[string]any {
	body := map[string]any{"source": source, "aliases": aliasBodies(i.Aliases), "public": value(i.Public)}
	if i.Properties != nil {
		body["properties"] = i.Properties
	}
	if i.Compression != nil {
		body["compression_algorithm"] = i.Compression.Algorithm()
	}
	if i.ExpiresAt != nil {
		body["expires_at"] = i.ExpiresAt.Time
	}
	return body
}
