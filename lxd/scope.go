package lxd

import (
	"context"
	"net/http"
	"slices"
)

// Scope says what a caller may see and change. It is asked for every object
// that leaves the package. A project is named by its effective name; the empty
// name stands for what belongs to the server itself.
type Scope interface {
	// Allows reports whether the caller may read, or with write also change,
	// what is in the project.
	Allows(project string, write bool) bool
}

// System is the scope of lxdql's own work, such as following the events. It is
// never a caller's.
var System Scope = systemScope{}

type systemScope struct{}

func (systemScope) Allows(string, bool) bool { return true }

// enter is the gate in front of every call that is about one project: a
// project that the caller may not read looks like one that does not exist.
func enter(as Scope, project string, write bool) error {
	if !as.Allows(project, false) {
		return hidden("Project")
	}
	if write && !as.Allows(project, true) {
		return &ForbiddenError{Project: project}
	}
	return nil
}

// hidden is what LXD itself says of a thing that is not there.
func hidden(kind string) error {
	return &Error{Status: http.StatusNotFound, Message: kind + " not found"}
}

// seesAll reports whether the scope allows every project that there is: who does
// not see all is not told what LXD adds up over all of them.
func (c *Client) seesAll(ctx context.Context, as Scope) (bool, error) {
	if as.Allows("", true) {
		return true, nil
	}
	projects, err := c.Projects(ctx, System)
	return err == nil && !slices.ContainsFunc(projects, func(p *Project) bool { return !as.Allows(p.Name, false) }), err
}

// projectOrDefault is the project that LXD means by no project.
func projectOrDefault(name string) string {
	if name == "" {
		return "default"
	}
	return name
}
