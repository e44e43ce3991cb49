package lxd

import "context"

// Image is what instances are made from.
type Image struct {
	Fingerprint  string        `json:"fingerprint"`
	Aliases      []*ImageAlias `json:"aliases"`
	Type         InstanceType  `json:"type"`
	Architecture string        `json:"architecture"`
	SizeBytes    int64         `json:"size"`
	Public       bool          `json:"public"`
	AutoUpdate   bool          `json:"auto_update"`
	Properties   StringMap     `json:"properties"`
	CreatedAt    Time          `json:"created_at"`
	UploadedAt   Time          `json:"uploaded_at"`
	LastUsedAt   Time          `json:"last_used_at"`
	ExpiresAt    Time          `json:"expires_at"`
	// Project is the effective project.
	Project string `json:"project"`
	// Filename is what the image came as.
	Filename     string             `json:"filename"`
	Cached       bool               `json:"cached"`
	ProfileNames []string           `json:"profiles"`
	UpdateSource *ImageUpdateSource `json:"update_source"`

	server string
}

// IsNode marks that an image has an id.
func (*Image) IsNode() {}

// ID is the image's id.
func (i *Image) ID() string {
	return ID{Server: i.server, Kind: "Image", Project: i.Project, Name: i.Fingerprint}.String()
}

// Description is the image's property of that name.
func (i *Image) Description() string { return i.Properties["description"] }

// AliasNames are the names that stand for the image.
func (i *Image) AliasNames() []string {
	names := make([]string, len(i.Aliases))
	for n, alias := range i.Aliases {
		names[n] = alias.Name
	}
	return names
}

func (c *Client) images() listing[*Image] {
	return listing[*Image]{
		address: "/1.0/images", feature: FeatureImages, extension: "images_all_projects",
		project: func(i *Image) string { return i.Project },
		adopt:   func(i *Image, project string) { i.adopt(c, project) },
	}
}

// Images lists the images of an effective project (see [Project.Effective]).
func (c *Client) Images(ctx context.Context, as Scope, project string) ([]*Image, error) {
	return c.images().in(ctx, c, as, project)
}

// AllImages lists the images of all projects that the scope allows.
func (c *Client) AllImages(ctx context.Context, as Scope) ([]*Image, error) {
	return c.images().everywhere(ctx, c, as)
}

// FilteredImages lists the images of an effective project that meet an
// expression of LXD's own.
func (c *Client) FilteredImages(ctx context.Context, as Scope, project, filter string) ([]*Image, error) {
	if err := enter(as, project, false); err != nil {
		return nil, err
	}
	if err := checkFilter(as, project, false, filter); err != nil {
		return nil, err
	}
	images, err := get[[]*Image](ctx, c, in(project, path("images"), "recursion", "1", "filter", filter))
	for _, image := range images {
		image.adopt(c, project)
	}
	return images, filterError(filter, err)
}

// Image reads one image of an effective project.
func (c *Client) Image(ctx context.Context, as Scope, project, fingerprint string) (*Image, error) {
	if !as.Allows(project, false) || !validFingerprint(fingerprint) {
		return nil, hidden("Image")
	}
	image, err := get[*Image](ctx, c, in(project, path("images", fingerprint)))
	if err == nil {
		image.adopt(c, project)
	}
	if isMessage(err, "More than one image matches") { // with status 500 (5.0.2)
		return nil, &InputError{"fingerprint", "more than one image has a fingerprint that begins with " + fingerprint + ": give more of it"}
	}
	return image, err
}

func (i *Image) adopt(c *Client, project string) {
	i.server = c.Name()
	if i.Project == "" {
		i.Project = projectOrDefault(project)
	}
	if i.Aliases == nil {
		i.Aliases = []*ImageAlias{}
	}
	for _, alias := range i.Aliases { // an image's own list leaves out what it says itself
		alias.Target, alias.Type = i.Fingerprint, i.Type
		alias.adopt(c, i.Project)
	}
}
