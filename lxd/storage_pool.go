package lxd

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// StoragePool is a place where volumes are.
type StoragePool struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Driver      string            `json:"driver"`
	Status      StoragePoolStatus `json:"status"`
	Config      StringMap         `json:"config"`
	Members     []string          `json:"locations"`
	Users       []string          `json:"used_by"`

	server string
}

// StoragePoolStatus is how far the making of a storage pool is.
type StoragePoolStatus string

// UnmarshalJSON reads LXD's word.
func (s *StoragePoolStatus) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*s = known[StoragePoolStatus](strings.ToUpper(word), "CREATED", "PENDING", "ERRORED", "UNAVAILABLE")
	return err
}

// IsNode marks that a storage pool has an id.
func (*StoragePool) IsNode() {}

// ID is the pool's id.
func (p *StoragePool) ID() string {
	return ID{Server: p.server, Kind: "StoragePool", Name: p.Name}.String()
}

// Tags are the entries of the config key user.tags.
func (p *StoragePool) Tags() []string { return p.Config.Tags() }

// Locations are the cluster members that the pool is on; none outside a cluster.
func (p *StoragePool) Locations() []string { return locations(p.Members) }

// locations leaves out "none", which LXD says outside a cluster.
func locations(members []string) []string {
	names := []string{}
	for _, member := range members {
		if name := location(&member); name != nil {
			names = append(names, *name)
		}
	}
	slices.Sort(names) // LXD's order changes by itself
	return names
}

// StoragePools lists the pools. They belong to the server, and everybody may see them.
func (c *Client) StoragePools(ctx context.Context) ([]*StoragePool, error) {
	pools, err := get[[]*StoragePool](ctx, c, "/1.0/storage-pools?recursion=1")
	for _, pool := range pools {
		pool.server = c.Name()
	}
	return pools, err
}

// StoragePool reads one pool.
func (c *Client) StoragePool(ctx context.Context, name string) (*StoragePool, error) {
	pool, err := get[*StoragePool](ctx, c, path("storage-pools", name))
	if err == nil {
		pool.server = c.Name()
	}
	return pool, err
}

// StoragePoolResources is what a pool has and what of it is used.
type StoragePoolResources struct {
	Space  *StoragePoolSpace  `json:"space"`
	Inodes *StoragePoolInodes `json:"inodes"`
}

// StoragePoolSpace is how much of a pool's space is used.
type StoragePoolSpace struct {
	UsedBytes  int64 `json:"used"`
	TotalBytes int64 `json:"total"`
}

// StoragePoolInodes is how many of a pool's inodes are used.
type StoragePoolInodes struct {
	Used  int64 `json:"used"`
	Total int64 `json:"total"`
}

// StoragePoolResources reads what of a pool is used.
func (c *Client) StoragePoolResources(ctx context.Context, name string) (*StoragePoolResources, error) {
	return together[*StoragePoolResources](ctx, c, path("storage-pools", name, "resources"), nil)
}
