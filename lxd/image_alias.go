package lxd

import (
	"context"
	"strings"
)

// ImageAlias is a name that stands for an image.
type ImageAlias struct {
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Type        InstanceType `json:"type"`
	// Target is the image's fingerprint.
	Target string `json:"target"`
	// Project is the effective project, which LXD leaves out.
	Project string `json:"-"`

	server string
}

// ImageUpdateSource is the image server that an image came from.
type ImageUpdateSource struct {
	ServerURL   string `json:"server"`
	Protocol    string `json:"protocol"`
	Alias       string `json:"alias"`
	Kind        string `json:"image_type"`
	Certificate string `json:"certificate"`
}

// ImageType is what instances of the image are; nil when LXD does not tell.
func (s *ImageUpdateSource) ImageType() *InstanceType {
	if s.Kind == "" {
		return nil
	}
	kind := known(strings.ToUpper(strings.ReplaceAll(s.Kind, "-", "_")), TypeContainer, TypeVirtualMachine)
	return &kind
}

// CertificatePem is the server's certificate; nil when the host's roots vouch for it.
func (s *ImageUpdateSource) CertificatePem() *string { return optional(s.Certificate) }

// IsNode marks that an alias has an id.
func (*ImageAlias) IsNode() {}

// ID is the alias's id.
func (a *ImageAlias) ID() string {
	return ID{Server: a.server, Kind: "ImageAlias", Project: a.Project, Name: a.Name}.String()
}

func (a *ImageAlias) adopt(c *Client, project string) { a.server, a.Project = c.Name(), project }

func (c *Client) imageAliases() listing[*ImageAlias] {
	return listing[*ImageAlias]{
		address: "/1.0/images/aliases", feature: FeatureImages, // no release lists those of all projects
		project: func(a *ImageAlias) string { return a.Project },
		adopt:   func(a *ImageAlias, project string) { a.adopt(c, project) },
	}
}

// ImageAliases lists the aliases of an effective project (see [Project.Effective]).
func (c *Client) ImageAliases(ctx context.Context, as Scope, project string) ([]*ImageAlias, error) {
	return c.imageAliases().in(ctx, c, as, project)
}

// AllImageAliases lists the aliases of all projects that the scope allows.
func (c *Client) AllImageAliases(ctx context.Context, as Scope) ([]*ImageAlias, error) {
	return c.imageAliases().everywhere(ctx, c, as)
}

// ImageAlias reads one alias of an effective project.
func (c *Client) ImageAlias(ctx context.Context, as Scope, project, name string) (*ImageAlias, error) {
	if !as.Allows(project, false) || name == "" {
		return nil, hidden("Image alias")
	}
	alias, err := get[*ImageAlias](ctx, c, in(project, path("images", "aliases", name)))
	if err != nil {
		return nil, err
	}
	alias.adopt(c, project)
	return alias, nil
}

// ImageByAlias reads the image that a name stands for in an effective project.
func (c *Client) ImageByAlias(ctx context.Context, as Scope, project, name string) (*Image, error) {
	alias, err := c.ImageAlias(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	return c.Image(ctx, as, project, alias.Target)
}
