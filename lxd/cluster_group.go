package lxd

import "context"

// ClusterGroup is members of a cluster that instances can be put on together.
type ClusterGroup struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	MemberNames []string `json:"members"`

	server string
}

// IsNode marks that a group has an id.
func (*ClusterGroup) IsNode() {}

// ID is the group's id.
func (g *ClusterGroup) ID() string {
	return ID{Server: g.server, Kind: "ClusterGroup", Name: g.Name}.String()
}

// ClusterGroups lists the groups; none outside a cluster.
func (c *Client) ClusterGroups(ctx context.Context) ([]*ClusterGroup, error) {
	groups, err := clustered[[]*ClusterGroup](ctx, c, "/1.0/cluster/groups?recursion=1")
	for _, group := range groups {
		group.server = c.Name()
	}
	if groups == nil {
		groups = []*ClusterGroup{}
	}
	return groups, err
}
