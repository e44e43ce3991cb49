package lxd

import (
	"context"
	"net/http"
	"strings"
)

// CreateProjectInput is a new project.
type CreateProjectInput struct {
	Name        string
	Description *string
	Config      StringMap
}

// UpdateProjectInput is a change of a project: what is nil stays as it is.
type UpdateProjectInput struct {
	Description *string
	Config      StringMapPatch
}

// ofServerOnly refuses what only an administrator of the whole server may do.
func ofServerOnly(as Scope, what string) error {
	if as.Allows("", true) {
		return nil
	}
	return &ForbiddenError{Reason: "only an ADMIN of the whole server may " + what}
}

// CreateProject makes a project. Free is called before, once it is known that it
// may be made and that the name is free; its error is the answer.
func (c *Client) CreateProject(ctx context.Context, as Scope, input *CreateProjectInput, free func(context.Context, string) error) (*Operation, error) {
	if err := ofServerOnly(as, "make projects"); err != nil {
		return nil, err
	}
	if err := checkProjectName("input.name", input.Name); err != nil {
		return nil, err
	}
	if err := c.freeProjectName(ctx, as, input.Name); err != nil {
		return nil, err
	}
	if err := free(ctx, input.Name); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name, "description": value(input.Description), "config": orEmpty(input.Config)}
	operation, err := change(ctx, c, input.Name, http.MethodPost, "/1.0/projects", body)
	if taken(err) {
		return nil, projectExists(input.Name)
	}
	return operation, err
}

// UpdateProject changes a project.
func (c *Client) UpdateProject(ctx context.Context, as Scope, name string, ifMatch *string, input *UpdateProjectInput) (*Operation, error) {
	if err := ofServerOnly(as, "change projects"); err != nil {
		return nil, err
	}
	operation, err := c.edit(ctx, as, nil, name, path("projects", name), ifMatch, func(current object) error {
		config := StringMap{}
		if err := current.read("config", &config); err != nil {
			return err
		}
		input.Config.apply(config)
		if input.Description != nil {
			if err := current.write("description", *input.Description); err != nil {
				return err
			}
		}
		return current.write("config", config)
	})
	return operation, told(err, []telling{
		// What a project has of its own is fixed while something is in it.
		{"non-empty project", asConflict},
		{"features of the default project", asConflict},
		// So are the limits: all that is in it has to fit below them.
		{"is too low", asConflict},
		{"either directly or via a profile", asConflict},
		{"config set on the root device", asConflict},
	})
}

// RenameProject begins to give an empty project another name. Free is as in
// [Client.CreateProject].
func (c *Client) RenameProject(ctx context.Context, as Scope, name, newName string, free func(context.Context, string) error) (*Operation, error) {
	project, err := c.changeableProject(ctx, as, name, "rename projects")
	if err != nil {
		return nil, err
	}
	if err := checkProjectName("newName", newName); err != nil {
		return nil, err
	}
	if err := c.emptyProject(as, project, "renamed"); err != nil {
		return nil, err
	}
	if err := c.freeProjectName(ctx, as, newName); err != nil {
		return nil, err
	}
	if err := free(ctx, newName); err != nil {
		return nil, err
	}
	return change(ctx, c, name, http.MethodPost, path("projects", name), map[string]any{"name": newName})
}

// DeleteProject deletes a project that nothing is in.
func (c *Client) DeleteProject(ctx context.Context, as Scope, name string) (*Operation, error) {
	project, err := c.changeableProject(ctx, as, name, "delete projects")
	if err != nil {
		return nil, err
	}
	if err := c.emptyProject(as, project, "deleted"); err != nil {
		return nil, err
	}
	return change(ctx, c, name, http.MethodDelete, path("projects", name), nil)
}

func (c *Client) changeableProject(ctx context.Context, as Scope, name, what string) (*Project, error) {
	if err := ofServerOnly(as, what); err != nil {
		return nil, err
	}
	if name == "" {
		return nil, &InputError{"name", "the name is empty"}
	}
	return c.Project(ctx, as, name)
}

// emptyProject refuses to rename or delete a project that something is in.
func (c *Client) emptyProject(as Scope, project *Project, done string) error {
	if project.Name == "default" {
		return conflict("the project default cannot be %s", done)
	}
	return c.usedByError(as, "the project "+project.Name, project.contents())
}

// contents are the URLs of what is in the project. The profile default is a
// part of the project.
func (p *Project) contents() []string {
	contents := make([]string, 0, len(p.Users))
	for _, address := range p.Users {
		if plain, _, _ := strings.Cut(address, "?"); plain != "/1.0/profiles/default" {
			contents = append(contents, address)
		}
	}
	return contents
}

func (c *Client) freeProjectName(ctx context.Context, as Scope, name string) error {
	_, err := c.Project(ctx, as, name)
	switch {
	case err == nil:
		return projectExists(name)
	case IsNotFound(err):
		return nil
	}
	return err
}

func projectExists(name string) error {
	return &ExistsError{"a project " + name + " exists already: choose another name"}
}

// checkProjectName has LXD's rules for the name of a project. "*" means all
// projects where LXD restricts certificates.
func checkProjectName(argument, name string) error {
	if name == "" || name == "." || name == ".." || name == "*" || strings.ContainsAny(name, "/ _'\"") || hasControl(name) {
		return &InputError{argument, "a project's name is a text in one line without slashes, spaces, underscores and quotes, and none of . .. *"}
	}
	return nil
}

func (p *Project) versioned() (project, address string) { return p.Name, path("projects", p.Name) }
