package lxd

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// CreateInstanceInput is a new instance.
type CreateInstanceInput struct {
	Name        string
	Project     *string
	Description *string
	Type        *InstanceType
	Source      *InstanceSource
	Config      StringMap
	Devices     DeviceMap
	Profiles    []string
	Pool        *string
	Target      *string
	Ephemeral   *bool
	Start       *bool

	// architecture is that of the copied one; "" lets LXD choose.
	architecture string
}

// ProjectName is the project, "default" when none is given.
func (i *CreateInstanceInput) ProjectName() string { return projectOrDefault(value(i.Project)) }

func value[T any](pointer *T) (zero T) {
	if pointer == nil {
		return zero
	}
	return *pointer
}

// instanceName is LXD's rule: a host name of one label.
var instanceName = regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)

// CreateInstance begins to make an instance. It does not start it: see
// [Client.StartsOnCreate]. It looks first, because LXD of 5.0.2 accepts a name
// that is taken and lets the operation fail. With a plan nothing is made.
func (c *Client) CreateInstance(ctx context.Context, as Scope, plan *ChangePlan, input *CreateInstanceInput) (*Operation, error) {
	project := input.ProjectName()
	if err := enter(as, project, true); err != nil {
		return nil, err
	}
	if err := input.check(); err != nil {
		return nil, err
	}
	input, err := c.inherit(ctx, as, input)
	if err != nil {
		return nil, err
	}
	if err := c.mayCreate(ctx, as, input); err != nil {
		return nil, err
	}
	if err := c.mayMakeOf(ctx, as, project, input.Source); err != nil {
		return nil, err
	}
	if err := c.freeInstanceName(ctx, as, plan, project, input.Name); err != nil {
		return nil, err
	}
	made := &InstanceEdit{Config: input.Config, Devices: input.devices(), Profiles: input.profiles()}
	if err := c.fitsLimits(ctx, plan, project, &InstanceEdit{}, made, input.counts()); err != nil {
		return nil, err
	}
	if err := c.lookForImage(ctx, plan, project, input.Source); err != nil {
		return nil, err
	}
	if err := c.lookFor(ctx, plan, project, &InstanceEdit{}, made); err != nil {
		return nil, err
	}
	address := in(project, path("instances"))
	if target := value(input.Target); target != "" {
		address = in(project, path("instances"), "target", target)
	}
	operation, err := c.do(ctx, as, plan, project, http.MethodPost, address, nil, input.body())
	return operation, creationError(ofTarget(err, input.Target))
}

// mayMakeOf is [Client.mayNameImage] of a source; those of other servers are
// named as their servers want it.
func (c *Client) mayMakeOf(ctx context.Context, as Scope, project string, source *InstanceSource) error {
	if source.Fingerprint == nil || source.Server != nil {
		return nil
	}
	return c.mayNameImage(ctx, as, project, *source.Fingerprint)
}

// ofTarget says that it is the cluster member which LXD refuses, where its
// message is about that.
func ofTarget(err error, target *string) error {
	if target == nil || !isStatus(err, http.StatusBadRequest) {
		return err
	}
	for _, word := range []string{"target", "cluster", "member"} {
		if strings.Contains(strings.ToLower(err.Error()), word) {
			return &InputError{"input.target", err.Error()}
		}
	}
	return err
}

// freeInstanceName refuses a name that is taken, and a project that is not there.
func (c *Client) freeInstanceName(ctx context.Context, as Scope, plan *ChangePlan, project, name string) error {
	if _, err := c.Project(ctx, as, project); err != nil {
		return err
	}
	switch _, err := c.InstanceObject(ctx, as, project, name); {
	case err == nil:
		return plan.Block(&ExistsError{"an instance " + name + " exists already in the project " + project + ": choose another name"})
	case !IsNotFound(err):
		return err
	}
	return nil
}

// StartsOnCreate reports whether LXD starts a new instance itself. Releases
// without it ignore the wish silently (5.0.2).
func (c *Client) StartsOnCreate(ctx context.Context) (bool, error) {
	return c.Has(ctx, "instance_create_start")
}

// check refuses what LXD would not take, before it is asked.
func (i *CreateInstanceInput) check() error {
	if !instanceName.MatchString(i.Name) {
		return &InputError{"input.name", "the name has to be 1 to 63 letters, digits and dashes, begin with a letter and not end with a dash"}
	}
	if i.Type != nil && *i.Type == TypeUnknown {
		return &InputError{"input.type", "an instance is a CONTAINER or a VIRTUAL_MACHINE"}
	}
	return i.Source.check("input.source")
}

// body is the instance as LXD reads it.
func (i *CreateInstanceInput) body() map[string]any {
	body := map[string]any{"name": i.Name, "source": i.Source.body(i.ProjectName()), "devices": i.devices(), "ephemeral": value(i.Ephemeral), "start": value(i.Start)}
	if i.Description != nil {
		body["description"] = *i.Description
	}
	if i.Config != nil {
		body["config"] = i.Config
	}
	body["profiles"] = i.profiles()
	if i.Type != nil {
		body["type"] = i.Type.word()
	}
	if i.architecture != "" {
		body["architecture"] = i.architecture
	}
	return body
}

// profiles are said even where they are LXD's default: an image may bring
// others, which nobody has looked at.
func (i *CreateInstanceInput) profiles() []string {
	if i.Profiles == nil {
		return []string{"default"}
	}
	return i.Profiles
}

// devices are the given ones, with the root disk in the given pool.
func (i *CreateInstanceInput) devices() DeviceMap {
	all := maps.Clone(i.Devices)
	if all == nil {
		all = DeviceMap{}
	}
	if i.Pool == nil {
		return all
	}
	name := "root"
	for _, candidate := range sortedKeys(all) {
		if all[candidate]["type"] == "disk" && all[candidate]["path"] == "/" {
			name = candidate
		}
	}
	root := StringMap{"type": "disk", "path": "/"}
	maps.Copy(root, all[name])
	root["pool"] = *i.Pool
	all[name] = root
	return all
}

// mayCreate refuses what reaches the host to all but administrators of the
// server, in the input itself and in the profiles that it names, and volumes that
// are not the caller's to change.
func (c *Client) mayCreate(ctx context.Context, as Scope, input *CreateInstanceInput) error {
	if as.Allows("", true) {
		return nil
	}
	if input.Source.Server != nil {
		return &ForbiddenError{Argument: "input.source.server", Reason: "only an ADMIN may name the address of a server"}
	}
	if err := reachesHost("input.", input.Config, input.Devices); err != nil {
		return err
	}
	if err := c.mayUseVolumes(ctx, as, input.ProjectName(), nil, input.Devices); err != nil {
		return err
	}
	return c.mayUseProfiles(ctx, input.ProjectName(), input.profiles())
}

// mayUseProfiles refuses profiles that reach the host.
func (c *Client) mayUseProfiles(ctx context.Context, in string, named []string) error {
	if len(named) == 0 {
		return nil
	}
	_, profiles, err := c.usableProfiles(ctx, in)
	if err != nil {
		return err
	}
	for _, profile := range profiles {
		if slices.Contains(named, profile.Name) && reachesHost("", profile.Config, profile.OwnDevices) != nil {
			return hostError("input.profiles", "the profile "+profile.Name+" reaches the host")
		}
	}
	return nil
}
