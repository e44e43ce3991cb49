package lxd

import (
	"context"
	"time"
)

// InstanceMetadata is what the maker of an instance's image has written into it.
type InstanceMetadata struct {
	Architecture string    `json:"architecture"`
	Properties   StringMap `json:"properties"`
	// Created and Expires are seconds since 1970; 0 is never.
	Created int64 `json:"creation_date"`
	Expires int64 `json:"expiry_date"`
	// ByPath are the templates by the file that they make.
	ByPath map[string]*InstanceTemplate `json:"templates"`
}

// CreatedAt is when the image was made.
func (m *InstanceMetadata) CreatedAt() Time { return unix(m.Created) }

// ExpiresAt is when the image counts as expired.
func (m *InstanceMetadata) ExpiresAt() Time { return unix(m.Expires) }

func unix(seconds int64) Time {
	if seconds == 0 {
		return Time{}
	}
	return Time{time.Unix(seconds, 0).UTC()}
}

// InstanceTemplate is a file that LXD writes into an instance.
type InstanceTemplate struct {
	Path       string    `json:"-"`
	When       []string  `json:"when"`
	CreateOnly bool      `json:"create_only"`
	Template   string    `json:"template"`
	Properties StringMap `json:"properties"`

	instance *Instance
}

// Templates are the files that LXD writes into the instance, by path.
func (m *InstanceMetadata) Templates() []*InstanceTemplate {
	templates := make([]*InstanceTemplate, 0, len(m.ByPath))
	for _, path := range sortedKeys(m.ByPath) {
		templates = append(templates, m.ByPath[path])
	}
	return templates
}

// InstanceMetadata reads the metadata of one instance.
func (c *Client) InstanceMetadata(ctx context.Context, as Scope, instance *Instance) (*InstanceMetadata, error) {
	if !as.Allows(instance.Project, false) {
		return nil, hidden("Instance")
	}
	metadata, err := get[*InstanceMetadata](ctx, c, in(instance.Project, path("instances", instance.Name, "metadata")))
	if err != nil {
		return nil, err
	}
	if metadata.Properties == nil {
		metadata.Properties = StringMap{}
	}
	for path, template := range metadata.ByPath {
		template.Path, template.instance = path, instance
		if template.Properties == nil {
			template.Properties = StringMap{}
		}
		if template.When == nil {
			template.When = []string{}
		}
	}
	return metadata, nil
}

// templateSize is how much of a template is read at most.
const templateSize = 1 << 20

// TemplateContent reads a template. It is a file of the instance's, which not
// every reader may see.
func (c *Client) TemplateContent(ctx context.Context, as Scope, template *InstanceTemplate) (string, error) {
	instance := template.instance
	if !SeesSecrets(as, instance.Project) {
		return "", &ForbiddenError{Project: instance.Project, Reason: "a template is a file of the instance: an OPERATOR may read it"}
	}
	content, err := c.text(ctx, in(instance.Project, path("instances", instance.Name, "metadata", "templates"), "path", template.Template), templateSize)
	return printable(content), err
}

// InstanceUefiVars reads the variables of a virtual machine's firmware; nil for
// a container. An LXD without them is an *ExtensionError.
func (c *Client) InstanceUefiVars(ctx context.Context, as Scope, instance *Instance) (JSON, error) {
	if !as.Allows(instance.Project, false) {
		return nil, hidden("Instance")
	}
	if !SeesSecrets(as, instance.Project) {
		return nil, &ForbiddenError{Project: instance.Project, Reason: "the firmware's variables are the inside of the instance: an OPERATOR may read them"}
	}
	if err := c.need(ctx, "instances_uefi_vars"); err != nil || instance.Type != TypeVirtualMachine {
		return nil, err
	}
	answer, err := get[struct{ Variables JSON }](ctx, c, in(instance.Project, path("instances", instance.Name, "uefi-vars")))
	return answer.Variables, err
}

// InstanceETag reads what LXD calls the present content of an instance:
// architecture, configuration, devices, ephemeral and profiles.
func (c *Client) InstanceETag(ctx context.Context, as Scope, instance *Instance) (*string, error) {
	if !as.Allows(instance.Project, false) {
		return nil, hidden("Instance")
	}
	return etag(ctx, c, in(instance.Project, path("instances", instance.Name)))
}
