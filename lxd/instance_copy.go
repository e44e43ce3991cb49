package lxd

// CopyInstanceInput is what a copy of an instance is like; what is nil is as it
// is in the one that is copied.
type CopyInstanceInput struct {
	// Name is the copy's name.
	Name string
	// Project is where the copy goes; nil is where the instance is.
	Project *string
	// Snapshot copies that state of it, without other snapshots.
	Snapshot    *string
	Description *string
	Config      StringMap
	Devices     DeviceMap
	Profiles    []string
	Pool        *string
	Target      *string
	// InstanceOnly leaves the snapshots behind.
	InstanceOnly *bool
	Ephemeral    *bool
	Start        *bool
}

// Create is the copy of an instance as a new instance.
func (i *CopyInstanceInput) Create(project, name string) *CreateInstanceInput {
	project = projectOrDefault(project)
	source := &InstanceSource{Type: SourceCopy, Instance: &name, Project: &project, InstanceOnly: i.InstanceOnly}
	if i.Snapshot != nil {
		source.Type, source.Snapshot, source.InstanceOnly = SourceSnapshot, i.Snapshot, nil
	}
	to := i.Project
	if to == nil {
		to = &project
	}
	return &CreateInstanceInput{
		Name: i.Name, Project: to, Source: source, Description: i.Description, Config: i.Config, Devices: i.Devices,
		Profiles: i.Profiles, Pool: i.Pool, Target: i.Target, Ephemeral: i.Ephemeral, Start: i.Start,
	}
}
