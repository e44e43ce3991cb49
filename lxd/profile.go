package lxd

import "context"

// Profile is configuration and devices that instances take over.
type Profile struct {
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Config      StringMap `json:"config"`
	OwnDevices  DeviceMap `json:"devices"`
	// Project is the effective project: older releases do not send it, newer
	// ones send it with the list of all projects.
	Project string   `json:"project"`
	Users   []string `json:"used_by"`

	server string
}

// IsNode marks that a profile has an id.
func (*Profile) IsNode() {}

// ID is the profile's id.
func (p *Profile) ID() string {
	return ID{Server: p.server, Kind: "Profile", Project: p.Project, Name: p.Name}.String()
}

// Devices are the profile's devices, ordered by name.
func (p *Profile) Devices() []Device {
	return devices(Owner{Project: p.Project}, p.OwnDevices, p.OwnDevices)
}

func (c *Client) profiles() listing[*Profile] {
	return listing[*Profile]{
		address: "/1.0/profiles", feature: FeatureProfiles, extension: "profiles_all_projects",
		project: func(p *Profile) string { return p.Project },
		adopt:   func(p *Profile, project string) { p.adopt(c, project) },
	}
}

// adopt fills in what LXD leaves out.
func (p *Profile) adopt(c *Client, project string) {
	p.server = c.Name()
	if p.Project == "" {
		p.Project = projectOrDefault(project)
	}
}

// Profiles lists the profiles of an effective project (see [Project.Effective]).
func (c *Client) Profiles(ctx context.Context, as Scope, project string) ([]*Profile, error) {
	return c.profiles().in(ctx, c, as, project)
}

// AllProfiles lists the profiles of all projects that the scope allows.
func (c *Client) AllProfiles(ctx context.Context, as Scope) ([]*Profile, error) {
	return c.profiles().everywhere(ctx, c, as)
}

// Profile reads one profile of an effective project.
func (c *Client) Profile(ctx context.Context, as Scope, project, name string) (*Profile, error) {
	if !as.Allows(project, false) {
		return nil, hidden("Profile")
	}
	profile, err := get[*Profile](ctx, c, in(project, path("profiles", name)))
	if err == nil {
		profile.adopt(c, project)
	}
	return profile, err
}

// usableProfiles are a project and the profiles that its instances may have, its
// own or default's, whoever asks.
func (c *Client) usableProfiles(ctx context.Context, in string) (*Project, []*Profile, error) {
	project, err := c.Project(ctx, System, in)
	if err != nil {
		return nil, nil, err
	}
	profiles, err := c.Profiles(ctx, System, project.Effective(FeatureProfiles))
	return project, profiles, err
}
