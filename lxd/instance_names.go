package lxd

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// instanceNames lists instances by their URLs, which is all that LXD sends
// without recursion: "/1.0/instances/c1?project=p". The instances have a name
// and a project and nothing else.
func (c *Client) instanceNames(ctx context.Context, address string) ([]*Instance, error) {
	addresses, err := get[[]string](ctx, c, address)
	if err != nil {
		return nil, err
	}
	instances := make([]*Instance, len(addresses))
	for n, text := range addresses {
		parsed, err := url.Parse(text)
		if err != nil || !strings.HasPrefix(parsed.Path, "/1.0/instances/") {
			return nil, fmt.Errorf("LXD lists an instance as %q", text)
		}
		instances[n] = &Instance{
			Name:    strings.TrimPrefix(parsed.Path, "/1.0/instances/"),
			Project: projectOrDefault(parsed.Query().Get("project")),
			server:  c.Name(),
		}
	}
	return instances, nil
}
