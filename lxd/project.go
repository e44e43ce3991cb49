package lxd

import (
	"context"
	"slices"
)

// Project is a space of names.
type Project struct {
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Config      StringMap `json:"config"`
	Users       []string  `json:"used_by"`

	server string
	// zonesWithNetworks is whether LXD has no feature for zones: they then go
	// with the networks.
	zonesWithNetworks bool
}

// Feature is a kind of object that a project may have of its own.
type Feature string

// The features of a project.
const (
	// FeatureNone is of what is always a project's own.
	FeatureNone           Feature = ""
	FeatureImages         Feature = "features.images"
	FeatureProfiles       Feature = "features.profiles"
	FeatureNetworks       Feature = "features.networks"
	FeatureNetworkZones   Feature = "features.networks.zones"
	FeatureStorageVolumes Feature = "features.storage.volumes"
	FeatureStorageBuckets Feature = "features.storage.buckets"
)

// IsNode marks that a project has an id.
func (*Project) IsNode() {}

// ID is the project's id.
func (p *Project) ID() string { return ID{Server: p.server, Kind: "Project", Name: p.Name}.String() }

// Effective is the project that this project's objects of a kind belong to:
// without the feature they are the default project's, and LXD's lists show
// them under every such project. LXD before its extension
// projects_networks_zones (5.0.2 among them) has no feature for zones: there
// they belong to whom the networks belong to.
func (p *Project) Effective(feature Feature) string {
	if feature == FeatureNetworkZones && p.zonesWithNetworks {
		feature = FeatureNetworks
	}
	if p.Name == "default" || feature == FeatureNone || isTrue(p.Config[string(feature)]) {
		return p.Name
	}
	return "default"
}

// Projects lists the projects that the scope allows, by name.
func (c *Client) Projects(ctx context.Context, as Scope) ([]*Project, error) {
	projects, err := get[[]*Project](ctx, c, "/1.0/projects?recursion=1")
	if err == nil && len(projects) > 0 {
		err = c.adoptProjects(ctx, projects...)
	}
	return slices.DeleteFunc(projects, func(p *Project) bool { return !as.Allows(p.Name, false) }), err
}

// Project reads one project.
func (c *Client) Project(ctx context.Context, as Scope, name string) (*Project, error) {
	if err := enter(as, projectOrDefault(name), false); err != nil {
		return nil, err
	}
	project, err := get[*Project](ctx, c, path("projects", projectOrDefault(name)))
	if err == nil {
		err = c.adoptProjects(ctx, project)
	}
	return project, err
}

func (c *Client) adoptProjects(ctx context.Context, projects ...*Project) error {
	able, err := c.Has(ctx, "projects_networks_zones")
	for _, project := range projects {
		project.server, project.zonesWithNetworks = c.Name(), !able
	}
	return err
}
