package lxd

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// UpdateInstanceMetadataInput is a change of what an image's maker has written;
// what is nil stays.
type UpdateInstanceMetadataInput struct {
	Properties StringMapPatch
	ExpiresAt  *Time
	// Templates are the files to write from templates, by path; nil ones go.
	Templates []*InstanceTemplateInput
}

// InstanceTemplateInput says which file LXD writes, when and from what.
type InstanceTemplateInput struct {
	Path       string
	When       []string
	CreateOnly *bool
	// Template is its name; nil takes the path out.
	Template   *string
	Properties StringMap
}

// UpdateInstanceMetadata changes the metadata of an instance. Templates are an
// administrator's: LXD renders them on its host, as root.
func (c *Client) UpdateInstanceMetadata(ctx context.Context, as Scope, project, name string, ifMatch *string, input *UpdateInstanceMetadataInput) (*Operation, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if input.Templates != nil && !as.Allows("", true) {
		return nil, hostError("input.templates", "a template is rendered on LXD's host")
	}
	return c.edit(ctx, as, nil, instance.Project, in(instance.Project, path("instances", instance.Name, "metadata")), ifMatch, input.apply)
}

func (i *UpdateInstanceMetadataInput) apply(current object) error {
	properties, templates := StringMap{}, map[string]JSON{}
	if err := current.read("properties", &properties); err != nil {
		return err
	}
	if err := current.read("templates", &templates); err != nil {
		return err
	}
	i.Properties.apply(properties)
	for n, template := range i.Templates {
		if err := template.apply(n, templates); err != nil {
			return err
		}
	}
	if i.ExpiresAt != nil {
		if err := current.write("expiry_date", i.ExpiresAt.Unix()); err != nil {
			return err
		}
	}
	if err := current.write("templates", templates); err != nil {
		return err
	}
	return current.write("properties", properties)
}

// moments are when LXD writes a file from its template.
var moments = map[string]bool{"create": true, "copy": true, "rename": true, "start": true}

func (i *InstanceTemplateInput) apply(n int, templates map[string]JSON) error {
	at := fmt.Sprintf("input.templates.%d", n)
	if !strings.HasPrefix(i.Path, "/") || strings.Contains(i.Path, "/../") {
		return &InputError{at + ".path", "the path is absolute and without .."}
	}
	if i.Template == nil {
		delete(templates, i.Path)
		return nil
	}
	if !templateName.MatchString(*i.Template) {
		return &InputError{at + ".template", "a template's name has letters, digits, dots and dashes, such as hosts.tpl"}
	}
	for _, moment := range i.When {
		if !moments[moment] {
			return &InputError{at + ".when", "when is create, copy, rename or start"}
		}
	}
	data, err := json.Marshal(map[string]any{"when": i.When, "create_only": value(i.CreateOnly), "template": *i.Template, "properties": i.Properties})
	templates[i.Path] = data
	return err
}

var templateName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$`)

// SetInstanceTemplate writes a template, which LXD renders on its host.
func (c *Client) SetInstanceTemplate(ctx context.Context, as Scope, project, name, template, content string) error {
	address, err := c.templateAddress(ctx, as, project, name, template)
	if err != nil {
		return err
	}
	if len(content) > templateSize {
		return &InputError{"content", "a template has at most 1048576 bytes"}
	}
	_, err = change(ctx, c, projectOrDefault(project), http.MethodPost, address, strings.NewReader(content))
	return err
}

// DeleteInstanceTemplate deletes a template.
func (c *Client) DeleteInstanceTemplate(ctx context.Context, as Scope, project, name, template string) error {
	address, err := c.templateAddress(ctx, as, project, name, template)
	if err != nil {
		return err
	}
	_, err = change(ctx, c, projectOrDefault(project), http.MethodDelete, address, nil)
	return err
}

func (c *Client) templateAddress(ctx context.Context, as Scope, project, name, template string) (string, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return "", err
	}
	if !as.Allows("", true) {
		return "", hostError("template", "a template is rendered on LXD's host")
	}
	if !templateName.MatchString(template) {
		return "", &InputError{"template", "a template's name has letters, digits, dots and dashes, such as hosts.tpl"}
	}
	return in(instance.Project, path("instances", instance.Name, "metadata", "templates"), "path", template), nil
}

// DeleteInstanceLog deletes a file that LXD has written about an instance.
func (c *Client) DeleteInstanceLog(ctx context.Context, as Scope, project, name, log string) error {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return err
	}
	if err := logName(log); err != nil {
		return err
	}
	_, err = change(ctx, c, instance.Project, http.MethodDelete, in(instance.Project, path("instances", instance.Name, "logs", log)), nil)
	return err
}

// ClearConsoleLog empties what a container's console showed.
func (c *Client) ClearConsoleLog(ctx context.Context, as Scope, project, name string) error {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return err
	}
	_, err = change(ctx, c, instance.Project, http.MethodDelete, in(instance.Project, path("instances", instance.Name, "console")), nil)
	return err
}
