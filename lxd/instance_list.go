package lxd

import (
	"context"
	"net/http"
	"net/url"
	"slices"
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
}

// Instances lists instances, in LXD's order. A project that does not exist is
// an *Error with status 404.
func (c *Client) Instances(ctx context.Context, as Scope, list InstanceList) ([]*Instance, error) {
	if err := checkFilter(as, list.Project, list.AllProjects, list.Filter); err != nil {
		return nil, err
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
	detail := list.Detail
	if detail == "" || (detail == DetailFull && list.Filter != "") {
		detail = DetailObject
	}
	address += "&recursion=" + string(detail)
	if list.Filter != "" {
		address += "&filter=" + url.QueryEscape(list.Filter)
	}
	if word := list.Type.word(); word != "" {
		address += "&instance-type=" + word
	}
	if detail == DetailNames {
		return c.instanceNames(ctx, address)
	}
	instances, err := get[[]*Instance](ctx, c, address)
	for _, instance := range instances {
		instance.adopt(c, detail == DetailFull)
	}
	return instances, filterError(list.Filter, err)
}
