package lxd

import (
	"context"
	"strings"
)

// leastRoom is how much a disk has left that is full, in bytes.
const leastRoom = 64 << 10

// BackupsFull reports whether there is no room left where LXD writes backups, as
// far as LXD tells: LXD 5.0.2 neither ends the operation of a backup that it has
// no room for, nor lets it be cancelled (seen).
func (c *Client) BackupsFull(ctx context.Context) (bool, error) {
	server, err := get[struct {
		Config map[string]any `json:"config"`
	}](ctx, c, "/1.0")
	if err != nil {
		return false, err
	}
	if volume, _ := server.Config["storage.backups_volume"].(string); volume != "" {
		pool, _, _ := strings.Cut(volume, "/")
		return c.poolFull(ctx, pool)
	}
	pools, err := get[[]struct {
		Name   string            `json:"name"`
		Driver string            `json:"driver"`
		Config map[string]string `json:"config"`
	}](ctx, c, "/1.0/storage-pools?recursion=1")
	if err != nil {
		return false, err
	}
	for _, pool := range pools { // one of LXD's own directory is where the backups are
		if pool.Driver == "dir" && strings.HasSuffix(pool.Config["source"], "/storage-pools/"+pool.Name) {
			return c.poolFull(ctx, pool.Name)
		}
	}
	return false, nil
}

func (c *Client) poolFull(ctx context.Context, pool string) (bool, error) {
	resources, err := get[struct {
		Space struct {
			Used  uint64 `json:"used"`
			Total uint64 `json:"total"`
		} `json:"space"`
	}](ctx, c, path("storage-pools", pool, "resources"))
	if err != nil {
		return false, err
	}
	return resources.Space.Total > 0 && resources.Space.Used+leastRoom > resources.Space.Total, nil
}

// SaysFull reports whether an error is that of a full disk, in LXD's words.
func SaysFull(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "no space left") || strings.Contains(err.Error(), "quota exceeded"))
}
