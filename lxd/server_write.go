package lxd

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// UpdateServerConfigInput is a change of LXD's own configuration.
type UpdateServerConfigInput struct{ Config StringMapPatch }

func (s *Server) address() string { return "/1.0" }

// UpdateServerConfig changes keys of LXD's configuration, those of one member
// where member is not "". It sends only these: LXD shows its passwords as true,
// so that what was read must not be written back.
func (c *Client) UpdateServerConfig(ctx context.Context, as Scope, member string, input *UpdateServerConfigInput, ifMatch *string, force bool) (*Operation, error) {
	if err := administer(as); err != nil {
		return nil, err
	}
	if len(input.Config) == 0 {
		return nil, &InputError{"input.config", "name at least one key"}
	}
	if ifMatch != nil && member != "" {
		return nil, &InputError{"ifMatch", "the etag is that of the member that lxdql asks, and does not go with member"}
	}
	if _, listens := input.Config["core.https_address"]; listens && c.config.Remote && !force {
		return nil, conflict("lxdql reaches LXD over core.https_address, and may lose it: say force: true if that is what you want")
	}
	address := "/1.0"
	if member != "" {
		if _, err := c.ClusterMember(ctx, member); err != nil {
			return nil, err
		}
		address += "?target=" + url.QueryEscape(member)
	}
	operation, err := changeIf(ctx, c, "", http.MethodPatch, address, strings.Trim(value(ifMatch), `"`), map[string]any{"config": input.Config})
	if isStatus(err, http.StatusPreconditionFailed) {
		now, err := etag(ctx, c, address)
		if err != nil {
			return nil, err
		}
		return nil, &PreconditionError{ETag: value(now)}
	}
	return operation, err
}

// ServerAction is what may be done with LXD itself.
type ServerAction = Action

// AvailableActions are what the caller may do with LXD as it is now.
func (s *Server) AvailableActions(as Scope) []ServerAction {
	switch {
	case administer(as) != nil:
		return []ServerAction{}
	case s.Environment != nil && s.Environment.ServerClustered:
		return []ServerAction{"UPDATE"}
	}
	return []ServerAction{"UPDATE", "ENABLE_CLUSTER"}
}
