package lxd

import "context"

// PlacementGroup is how instances are put on the members of a cluster.
type PlacementGroup struct {
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Project     string    `json:"project"`
	Config      StringMap `json:"config"`
	Users       []string  `json:"used_by"`

	server string
}

// placement is the extension that brings placement groups.
const placement = "instance_placement_groups"

// IsNode marks that a placement group has an id.
func (*PlacementGroup) IsNode() {}

// ID is the placement group's id.
func (g *PlacementGroup) ID() string {
	return ID{Server: g.server, Kind: "PlacementGroup", Project: g.Project, Name: g.Name}.String()
}

func (c *Client) placementGroups() listing[*PlacementGroup] {
	return listing[*PlacementGroup]{
		address: "/1.0/placement-groups", extension: placement,
		project: func(g *PlacementGroup) string { return g.Project },
		adopt: func(g *PlacementGroup, project string) {
			g.server = c.Name()
			if g.Project == "" {
				g.Project = projectOrDefault(project)
			}
		},
	}
}

// PlacementGroups lists the placement groups of a project; an *ExtensionError
// where LXD has none.
func (c *Client) PlacementGroups(ctx context.Context, as Scope, project string) ([]*PlacementGroup, error) {
	if err := c.need(ctx, placement); err != nil {
		return nil, err
	}
	return c.placementGroups().in(ctx, c, as, project)
}

// AllPlacementGroups lists those of all projects that the scope allows.
func (c *Client) AllPlacementGroups(ctx context.Context, as Scope) ([]*PlacementGroup, error) {
	if err := c.need(ctx, placement); err != nil {
		return nil, err
	}
	return c.placementGroups().everywhere(ctx, c, as)
}
