package lxd

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// InstanceDetail is how much of each instance is read.
type InstanceDetail string

// The details are LXD's recursion: the last costs LXD 2 to 6 ms per instance.
const (
	DetailNames  InstanceDetail = "0"
	DetailObject InstanceDetail = "1"
	DetailFull   InstanceDetail = "2"
)

// InstanceList says which instances to list.
type InstanceList struct {
	// Project is the project; "" is "default".
	Project string
	// AllProjects lists what the scope allows in every project.
	AllProjects bool
	// Type is one kind of instance; "" is both.
	Type InstanceType
	// Filter is an expression of LXD's own; "" is none. It never goes with
	// DetailFull: a condition on the state makes 5.0.2 break off without an answer (seen).
	Filter string
	// Detail is how much of each is read; "" is DetailObject.
	Detail InstanceDetail
	// WithoutDisk and WithoutNetwork leave a part of the state out, where LXD
	// can (6.7 and later): it is the dearer part.
	WithoutDisk, WithoutNetwork bool
	// Entitlements asks what lxdql's own identity may do with each, where LXD tells.
	Entitlements bool
}

// entitlements is the parameter that makes LXD say what lxdql's own identity
// may do with an instance; "" where it does not tell.
func (c *Client) entitlements(ctx context.Context) string {
	if able, err := c.Has(ctx, "entities_with_entitlements"); err != nil || !able {
		return ""
	}
	return "&with-access-entitlements=can_view,can_edit,can_delete,can_update_state,can_exec,can_access_console,can_access_files,can_manage_snapshots,can_manage_backups"
}

// selective is the extension by which LXD reads parts of the state.
const selective = "instances_state_selective_recursion"

// recursion is LXD's parameter for the detail. An LXD without the extension
// would take the fields for no recursion at all (seen on 5.0.2).
func (l InstanceList) recursion(able bool) string {
	if l.Detail != DetailFull || !able || (!l.WithoutDisk && !l.WithoutNetwork) {
		return string(l.Detail)
	}
	var fields []string
	if !l.WithoutDisk {
		fields = append(fields, "state.disk")
	}
	if !l.WithoutNetwork {
		fields = append(fields, "state.network")
	}
	return url.QueryEscape("2;fields=" + strings.Join(fields, ","))
}

// Instances lists instances, in LXD's order. A project that does not exist is
// an *Error with status 404.
func (c *Client) Instances(ctx context.Context, as Scope, list InstanceList) ([]*Instance, error) {
	if err := checkFilter(as, list.Project, list.AllProjects, list.Filter); err != nil {
		return nil, err
	}
	if list.Type == TypeUnknown {
		return nil, &InputError{"type", "an instance is a CONTAINER or a VIRTUAL_MACHINE"}
	}
	if list.AllProjects {
		return c.allInstances(ctx, as, list)
	}
	if err := enter(as, projectOrDefault(list.Project), false); err != nil {
		return nil, err
	}
	instances, err := c.listInstances(ctx, in(list.Project, path("instances")), list)
	if err == nil && len(instances) == 0 && projectOrDefault(list.Project) != "default" {
		// LXD answers an empty list for a project that does not exist (seen on 5.0.2).
		_, err = c.Project(ctx, as, list.Project)
	}
	return instances, err
}

// allInstances asks per project where LXD refuses to answer for all: it does
// so to a certificate that is restricted to some (seen on 5.0.2).
func (c *Client) allInstances(ctx context.Context, as Scope, list InstanceList) ([]*Instance, error) {
	instances, err := c.listInstances(ctx, "/1.0/instances?all-projects=true", list)
	if isStatus(err, http.StatusForbidden) {
		return c.instancesPerProject(ctx, as, list)
	}
	return slices.DeleteFunc(instances, func(i *Instance) bool { return !as.Allows(i.Project, false) }), err
}

func (c *Client) instancesPerProject(ctx context.Context, as Scope, list InstanceList) ([]*Instance, error) {
	projects, err := c.Projects(ctx, as)
	if err != nil {
		return nil, err
	}
	var all []*Instance
	for _, project := range projects {
		list.AllProjects, list.Project = false, project.Name
		instances, err := c.Instances(ctx, as, list)
		if err != nil {
			return nil, err
		}
		all = append(all, instances...)
	}
	return all, nil
}

func (c *Client) listInstances(ctx context.Context, address string, list InstanceList) ([]*Instance, error) {
	if list.Detail == "" || (list.Detail == DetailFull && list.Filter != "") {
		list.Detail = DetailObject
	}
	able, err := c.Has(ctx, selective)
	if err != nil {
		return nil, err
	}
	address += "&recursion=" + list.recursion(able)
	if list.Entitlements && list.Detail != DetailNames {
		address += c.entitlements(ctx)
	}
	if list.Filter != "" {
		address += "&filter=" + url.QueryEscape(list.Filter)
	}
	if word := list.Type.word(); word != "" {
		address += "&instance-type=" + word
	}
	if list.Detail == DetailNames {
		return c.instanceNames(ctx, address)
	}
	adopt := func(instances []*Instance) {
		for _, instance := range instances {
			instance.adopt(c, list.Detail == DetailFull)
		}
	}
	if list.Detail == DetailFull {
		instances, err := together(ctx, c, address, adopt)
		return slices.Clone(instances), err // for each to choose from
	}
	instances, err := get[[]*Instance](ctx, c, address)
	adopt(instances)
	return instances, filterError(list.Filter, err)
}
