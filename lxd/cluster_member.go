package lxd

import (
	"context"
	"encoding/json"
	"strings"
)

// ClusterMember is a machine of a cluster.
type ClusterMember struct {
	Name          string              `json:"server_name"`
	Description   string              `json:"description"`
	URL           string              `json:"url"`
	Database      bool                `json:"database"`
	Roles         []string            `json:"roles"`
	Status        ClusterMemberStatus `json:"status"`
	Message       string              `json:"message"`
	Architecture  string              `json:"architecture"`
	FailureDomain string              `json:"failure_domain"`
	Config        StringMap           `json:"config"`
	GroupNames    []string            `json:"groups"`

	server string
}

// ClusterMemberStatus is how a member of a cluster is.
type ClusterMemberStatus string

// UnmarshalJSON reads LXD's word.
func (s *ClusterMemberStatus) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*s = known[ClusterMemberStatus](strings.ToUpper(word), "ONLINE", "OFFLINE", "BLOCKED", "EVACUATED")
	return err
}

// IsNode marks that a member has an id.
func (*ClusterMember) IsNode() {}

// ID is the member's id.
func (m *ClusterMember) ID() string {
	return ID{Server: m.server, Kind: "ClusterMember", Name: m.Name}.String()
}

// ServerCluster is the cluster that LXD is in.
type ServerCluster struct {
	Name    string `json:"server_name"`
	Enabled bool   `json:"enabled"`
}

// ServerName is LXD's name in the cluster; nil outside one.
func (c *ServerCluster) ServerName() *string { return optional(c.Name) }

// Cluster reads whether LXD is in a cluster.
func (c *Client) Cluster(ctx context.Context) (*ServerCluster, error) {
	return get[*ServerCluster](ctx, c, "/1.0/cluster")
}

// clustered asks for something of the cluster; outside of one, which LXD says
// with status 500 or 400 (seen on 5.0.2), there is nothing.
func clustered[T any](ctx context.Context, c *Client, address string) (T, error) {
	answer, err := get[T](ctx, c, address)
	if isMessage(err, "Server is not clustered") || isMessage(err, "This server is not clustered") {
		err = nil
	}
	return answer, err
}

// ClusterMembers lists the members; none outside a cluster.
func (c *Client) ClusterMembers(ctx context.Context) ([]*ClusterMember, error) {
	members, err := clustered[[]*ClusterMember](ctx, c, "/1.0/cluster/members?recursion=1")
	for _, member := range members {
		member.server = c.Name()
	}
	return members, err
}

// ClusterMember reads one member.
func (c *Client) ClusterMember(ctx context.Context, name string) (*ClusterMember, error) {
	member, err := clustered[*ClusterMember](ctx, c, path("cluster", "members", name))
	if err != nil {
		return nil, err
	}
	if member == nil {
		return nil, hidden("Cluster member")
	}
	member.server = c.Name()
	return member, nil
}

// ClusterMemberState reads how much of a member is used, in LXD's form.
func (c *Client) ClusterMemberState(ctx context.Context, name string) (JSON, error) {
	if err := c.need(ctx, "cluster_member_state"); err != nil {
		return nil, err
	}
	return get[JSON](ctx, c, path("cluster", "members", name, "state"))
}
