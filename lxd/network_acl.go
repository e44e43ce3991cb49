package lxd

import (
	"context"
	"encoding/json"
	"strings"
)

// NetworkAcl is rules about what may reach instances, and what they may reach.
type NetworkAcl struct { //nolint:staticcheck // the GraphQL type's name
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Config      StringMap         `json:"config"`
	Ingress     []*NetworkAclRule `json:"ingress"`
	Egress      []*NetworkAclRule `json:"egress"`
	Users       []string          `json:"used_by"`
	// Project is the effective project.
	Project string `json:"project"`

	server string
}

// NetworkAclRule is a rule of an ACL.
type NetworkAclRule struct { //nolint:staticcheck // the GraphQL type's name
	Action          NetworkAclAction `json:"action"`
	Source          string           `json:"source"`
	Destination     string           `json:"destination"`
	Protocol        string           `json:"protocol"`
	SourcePort      string           `json:"source_port"`
	DestinationPort string           `json:"destination_port"`
	ICMPType        string           `json:"icmp_type"`
	ICMPCode        string           `json:"icmp_code"`
	Description     string           `json:"description"`
	State           string           `json:"state"`
}

// NetworkAclAction is what a rule does.
type NetworkAclAction string //nolint:staticcheck // the GraphQL type's name

// UnmarshalJSON reads LXD's word.
func (a *NetworkAclAction) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*a = known[NetworkAclAction](strings.ToUpper(strings.ReplaceAll(word, "-", "_")), "ALLOW", "ALLOW_STATELESS", "REJECT", "DROP")
	return err
}

// IsNode marks that an ACL has an id.
func (*NetworkAcl) IsNode() {}

// ID is the ACL's id.
func (a *NetworkAcl) ID() string {
	return ID{Server: a.server, Kind: "NetworkAcl", Project: a.Project, Name: a.Name}.String()
}

// Tags are the entries of the config key user.tags.
func (a *NetworkAcl) Tags() []string { return a.Config.Tags() }

func (c *Client) networkAcls() listing[*NetworkAcl] {
	return listing[*NetworkAcl]{
		address: "/1.0/network-acls", feature: FeatureNetworks, extension: "network_acls_all_projects",
		project: func(a *NetworkAcl) string { return a.Project },
		adopt:   func(a *NetworkAcl, project string) { a.adopt(c, project) },
	}
}

// adopt fills in what LXD leaves out.
func (a *NetworkAcl) adopt(c *Client, project string) {
	a.server = c.Name()
	if a.Project == "" {
		a.Project = projectOrDefault(project)
	}
}

// NetworkAcls lists the ACLs of an effective project (see [Project.Effective]).
func (c *Client) NetworkAcls(ctx context.Context, as Scope, project string) ([]*NetworkAcl, error) {
	return c.networkAcls().in(ctx, c, as, project)
}

// AllNetworkAcls lists the ACLs of all projects that the scope allows.
func (c *Client) AllNetworkAcls(ctx context.Context, as Scope) ([]*NetworkAcl, error) {
	return c.networkAcls().everywhere(ctx, c, as)
}

// NetworkAcl reads one ACL of an effective project.
func (c *Client) NetworkAcl(ctx context.Context, as Scope, project, name string) (*NetworkAcl, error) {
	if !as.Allows(project, false) {
		return nil, hidden("Network ACL")
	}
	acl, err := get[*NetworkAcl](ctx, c, in(project, path("network-acls", name)))
	if err == nil {
		acl.adopt(c, project)
	}
	return acl, err
}

// NetworkAclLog reads what an ACL's rules have written, as text: it can be
// long, and is cut at a megabyte. LXD refuses it where the network is not OVN.
func (c *Client) NetworkAclLog(ctx context.Context, as Scope, project, acl string) (string, error) {
	if !as.Allows(project, false) {
		return "", hidden("Network ACL")
	}
	return c.text(ctx, in(project, path("network-acls", acl, "log")), 1<<20)
}
