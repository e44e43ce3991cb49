package lxd

import "context"

// NetworkZone is a zone of DNS names that LXD answers for.
type NetworkZone struct {
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Config      StringMap `json:"config"`
	Users       []string  `json:"used_by"`
	// Project is the effective project.
	Project string `json:"project"`

	server string
}

// NetworkZoneRecord is a name of a zone.
type NetworkZoneRecord struct {
	Name        string                    `json:"name"`
	Description string                    `json:"description"`
	Config      StringMap                 `json:"config"`
	Entries     []*NetworkZoneRecordEntry `json:"entries"`

	id            string
	project, zone string
}

// NetworkZoneRecordEntry is what a name stands for.
type NetworkZoneRecordEntry struct {
	Type       string `json:"type"`
	TTLSeconds int64  `json:"ttl"`
	Value      string `json:"value"`
}

// IsNode marks that a zone has an id.
func (*NetworkZone) IsNode() {}

// ID is the zone's id.
func (z *NetworkZone) ID() string {
	return ID{Server: z.server, Kind: "NetworkZone", Project: z.Project, Name: z.Name}.String()
}

// Tags are the entries of the config key user.tags.
func (z *NetworkZone) Tags() []string { return z.Config.Tags() }

// IsNode marks that a record has an id.
func (*NetworkZoneRecord) IsNode() {}

// ID is the record's id.
func (r *NetworkZoneRecord) ID() string { return r.id }

// Tags are the entries of the config key user.tags.
func (r *NetworkZoneRecord) Tags() []string { return r.Config.Tags() }

func (c *Client) networkZones() listing[*NetworkZone] {
	return listing[*NetworkZone]{
		address: "/1.0/network-zones", feature: FeatureNetworkZones, extension: "network_zones_all_projects",
		project: func(z *NetworkZone) string { return z.Project },
		adopt:   func(z *NetworkZone, project string) { z.adopt(c, project) },
	}
}

// adopt fills in what LXD leaves out.
func (z *NetworkZone) adopt(c *Client, project string) {
	z.server = c.Name()
	if z.Project == "" {
		z.Project = projectOrDefault(project)
	}
}

// NetworkZones lists the zones of an effective project (see [Project.Effective]).
func (c *Client) NetworkZones(ctx context.Context, as Scope, project string) ([]*NetworkZone, error) {
	return c.networkZones().in(ctx, c, as, project)
}

// AllNetworkZones lists the zones of all projects that the scope allows.
func (c *Client) AllNetworkZones(ctx context.Context, as Scope) ([]*NetworkZone, error) {
	return c.networkZones().everywhere(ctx, c, as)
}

// NetworkZone reads one zone of an effective project.
func (c *Client) NetworkZone(ctx context.Context, as Scope, project, name string) (*NetworkZone, error) {
	if !as.Allows(project, false) {
		return nil, hidden("Network zone")
	}
	zone, err := get[*NetworkZone](ctx, c, in(project, path("network-zones", name)))
	if err == nil {
		zone.adopt(c, project)
	}
	return zone, err
}

// NetworkZoneRecords reads the names that were added to a zone.
func (c *Client) NetworkZoneRecords(ctx context.Context, as Scope, project, zone string) ([]*NetworkZoneRecord, error) {
	if !as.Allows(project, false) {
		return nil, hidden("Network zone")
	}
	records, err := get[[]*NetworkZoneRecord](ctx, c, in(project, path("network-zones", zone, "records"), "recursion", "1"))
	for _, record := range records {
		record.project, record.zone = project, zone
		record.id = ID{Server: c.Name(), Kind: "NetworkZoneRecord", Project: project, Name: zone + "/" + record.Name}.String()
	}
	return records, err
}
