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
	Project string `json:"project"`

	server string
}

// IsNode marks that a profile has an id.
func (*Profile) IsNode() {}

// ID is the profile's id.
func (p *Profile) ID() string {
	return ID{Server: p.server, Kind: "Profile", Project: p.Project, Name: p.Name}.String()
}

// Devices are the profile's devices, ordered by name.
func (p *Profile) Devices() []Device { return devices(p.OwnDevices, p.OwnDevices) }

// Profiles lists the profiles of an effective project (see [Project.Effective]).
func (c *Client) Profiles(ctx context.Context, as Scope, project string) ([]*Profile, error) {
	if err := enter(as, project, false); err != nil {
		return nil, err
	}
	profiles, err := get[[]*Profile](ctx, c, in(project, path("profiles"), "recursion", "1"))
	for _, profile := range profiles {
		profile.Project, profile.server = project, c.Name()
	}
	return profiles, err
}

// Profile reads one profile of an effective project.
func (c *Client) Profile(ctx context.Context, as Scope, project, name string) (*Profile, error) {
	if !as.Allows(project, false) {
		return nil, hidden("Profile")
	}
	profile, err := get[*Profile](ctx, c, in(project, path("profiles", name)))
	if err == nil {
		profile.Project, profile.server = project, c.Name()
	}
	return profile, err
}
