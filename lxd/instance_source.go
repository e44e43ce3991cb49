package lxd

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// InstanceSourceType is where a new instance comes from.
type InstanceSourceType string

// The sources.
const (
	SourceImage     InstanceSourceType = "IMAGE"
	SourceCopy      InstanceSourceType = "COPY"
	SourceSnapshot  InstanceSourceType = "SNAPSHOT"
	SourceMigration InstanceSourceType = "MIGRATION"
	SourceNone      InstanceSourceType = "NONE"
)

// ImageProtocol is how an image server is spoken to.
type ImageProtocol string

// The protocols.
const (
	ProtocolSimpleStreams ImageProtocol = "SIMPLESTREAMS"
	ProtocolLXD           ImageProtocol = "LXD"
)

// InstanceSource is where a new instance comes from.
type InstanceSource struct {
	Type InstanceSourceType
	// Alias and Fingerprint name an image; exactly one of them is given.
	Alias       *string
	Fingerprint *string
	// Server is the URL of an image server, or of a migration's operation.
	Server      *string
	Protocol    *ImageProtocol
	Certificate *string
	// Instance, of Project, is what is copied; nil for Project is the new one's.
	Instance *string
	Snapshot *string
	Project  *string
	// InstanceOnly leaves the snapshots behind.
	InstanceOnly *bool
	// Secrets open the sockets of a migration's operation.
	Secrets StringMap
}

// fields are which fields each kind of source has.
func (s *InstanceSource) fields() map[string][]InstanceSourceType {
	fields := map[string][]InstanceSourceType{}
	note := func(given bool, name string, of ...InstanceSourceType) {
		if given {
			fields[name] = of
		}
	}
	note(s.Alias != nil, "alias", SourceImage)
	note(s.Fingerprint != nil, "fingerprint", SourceImage)
	note(s.Server != nil, "server", SourceImage, SourceMigration)
	note(s.Protocol != nil, "protocol", SourceImage)
	note(s.Certificate != nil, "certificate", SourceImage, SourceMigration)
	note(s.Instance != nil, "instance", SourceCopy, SourceSnapshot)
	note(s.Snapshot != nil, "snapshot", SourceSnapshot)
	note(s.Project != nil, "project", SourceCopy, SourceSnapshot)
	note(s.InstanceOnly != nil, "instanceOnly", SourceCopy, SourceMigration)
	note(s.Secrets != nil, "secrets", SourceMigration)
	return fields
}

// check refuses a field of another type, and one that is missing; at is the
// source's own argument.
func (s *InstanceSource) check(at string) error {
	fields := s.fields()
	for _, name := range sortedKeys(fields) {
		if !slices.Contains(fields[name], s.Type) {
			return &InputError{at + "." + name, "a source of type " + string(s.Type) + " has no " + name}
		}
	}
	needs := map[InstanceSourceType][]string{SourceCopy: {"instance"}, SourceSnapshot: {"instance", "snapshot"}, SourceMigration: {"server", "secrets"}}
	for _, name := range needs[s.Type] {
		if fields[name] == nil {
			return &InputError{at + "." + name, "a source of type " + string(s.Type) + " needs " + name}
		}
	}
	switch {
	case s.Type == SourceImage && (s.Alias == nil) == (s.Fingerprint == nil):
		return &InputError{at, "a source of type IMAGE takes either an alias or a fingerprint"}
	case s.Alias != nil && *s.Alias == "":
		return &InputError{at + ".alias", "the alias is empty"}
	case s.Fingerprint != nil && !validFingerprint(*s.Fingerprint):
		return &InputError{at + ".fingerprint", "a fingerprint is up to 64 hexadecimal digits"}
	case s.Instance != nil && !instanceName.MatchString(*s.Instance):
		return &InputError{at + ".instance", "that is no name of an instance"}
	case s.Snapshot != nil && (*s.Snapshot == "" || strings.Contains(*s.Snapshot, "/")):
		return &InputError{at + ".snapshot", "that is no name of a snapshot"}
	case s.Server != nil:
		return checkServer(at+".server", *s.Server)
	}
	return nil
}

// checkServer refuses what is not the address of a server that can be trusted.
func checkServer(argument, address string) error {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "https" || parsed.Host == "" || parsed.User != nil {
		return &InputError{argument, "the server is a URL that begins with https://, without a user"}
	}
	return nil
}

// body is the source as LXD reads it.
func (s *InstanceSource) body(project string) map[string]any {
	body := map[string]any{}
	switch s.Type {
	case SourceNone:
		body["type"] = "none"
	case SourceCopy, SourceSnapshot:
		body["type"], body["source"], body["instance_only"] = "copy", value(s.Instance), value(s.InstanceOnly)
		if s.Snapshot != nil {
			body["source"] = *s.Instance + "/" + *s.Snapshot
		}
		body["project"] = s.projectName(project)
	case SourceMigration:
		body["type"], body["mode"], body["operation"], body["secrets"] = "migration", "pull", *s.Server, s.Secrets
		body["instance_only"], body["certificate"] = value(s.InstanceOnly), value(s.Certificate)
	default:
		s.image(body)
	}
	return body
}

func (s *InstanceSource) image(body map[string]any) {
	body["type"] = "image"
	if s.Alias != nil {
		body["alias"] = *s.Alias
	} else {
		body["fingerprint"] = *s.Fingerprint
	}
	if s.Server != nil {
		body["server"], body["mode"], body["protocol"] = *s.Server, "pull", "simplestreams"
		if value(s.Protocol) == ProtocolLXD {
			body["protocol"] = "lxd"
		}
	}
	if s.Certificate != nil {
		body["certificate"] = *s.Certificate
	}
}

// projectName is where the copied instance is.
func (s *InstanceSource) projectName(of string) string {
	if s.Project == nil {
		return of
	}
	return projectOrDefault(*s.Project)
}

// inherit fills in what a copy has from the one that is copied: LXD itself
// takes the configuration and the devices over, but no profiles (5.0.2). What
// it takes over is then checked as if the caller had said it.
func (c *Client) inherit(ctx context.Context, as Scope, given *CreateInstanceInput) (*CreateInstanceInput, error) {
	source := given.Source
	switch source.Type {
	case SourceMigration:
		return c.received(ctx, given)
	case SourceCopy, SourceSnapshot:
	default:
		return given, nil
	}
	from, err := c.writable(ctx, as, source.projectName(given.ProjectName()), *source.Instance)
	if err != nil {
		return nil, err
	}
	was := &InstanceEdit{Description: from.Description, Config: from.Config, Devices: from.OwnDevices, Profiles: from.Profiles, Ephemeral: from.Ephemeral}
	if source.Type == SourceSnapshot {
		snapshot, err := c.InstanceSnapshot(ctx, as, from.Project, from.Name, *source.Snapshot)
		if err != nil {
			return nil, err
		}
		was = &InstanceEdit{Description: from.Description, Config: snapshot.Config, Devices: snapshot.OwnDevices, Profiles: snapshot.ProfileNames, Ephemeral: snapshot.Ephemeral}
	}
	return given.over(withoutVolatile(was), from), nil
}

// received is an instance that another LXD sends. LXD has to be told its
// architecture, which is this server's own: it takes no other.
func (c *Client) received(ctx context.Context, given *CreateInstanceInput) (*CreateInstanceInput, error) {
	server, err := c.Server(ctx, System)
	if err != nil || server.Environment == nil || len(server.Environment.Architectures) == 0 {
		return given, err
	}
	made := *given
	made.architecture = server.Environment.Architectures[0]
	return &made, nil
}

// over is the input with what it does not say taken from another instance.
func (i *CreateInstanceInput) over(was *InstanceEdit, from *Instance) *CreateInstanceInput {
	made := *i
	made.Config, made.Devices = maps.Clone(was.Config), DeviceMap{}
	for name, options := range was.Devices {
		made.Devices[name] = maps.Clone(options)
	}
	maps.Copy(made.Config, i.Config)
	maps.Copy(made.Devices, i.Devices)
	if i.Profiles == nil {
		made.Profiles = append([]string{}, was.Profiles...)
	}
	if i.Description == nil {
		made.Description = &was.Description
	}
	if i.Ephemeral == nil {
		made.Ephemeral = &was.Ephemeral
	}
	if i.Type == nil {
		kind := from.Type
		made.Type = &kind
	}
	made.architecture = from.Architecture
	return &made
}
