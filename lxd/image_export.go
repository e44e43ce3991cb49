package lxd

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"strconv"
)

// imageOwner is the project that the images of a project belong to.
func (c *Client) imageOwner(ctx context.Context, as Scope, project string) (string, error) {
	of, err := c.Project(ctx, as, projectOrDefault(project))
	if err != nil {
		return "", err
	}
	return of.Effective(FeatureImages), nil
}

// mayNameImage refuses a part of a fingerprint to who is not shown the images of
// a project: those are known by their aliases there, or else each two digits
// would be a guess.
func (c *Client) mayNameImage(ctx context.Context, as Scope, project, fingerprint string) error {
	if len(fingerprint) == sha256.Size*2 {
		return nil
	}
	owner, err := c.imageOwner(ctx, as, project)
	if err != nil || as.Allows(owner, false) {
		return err
	}
	return &InputError{"fingerprint", "the images of this project are not shown to you: give the whole fingerprint, or an alias"}
}

// ReadImage opens an image, as one file or as two parts of multipart/form-data.
// It is for who may make instances of it in some project: an image holds what
// its maker put into it.
func (c *Client) ReadImage(ctx context.Context, as Scope, project, fingerprint string, part http.Header) (*http.Response, error) {
	project = projectOrDefault(project)
	owner, err := c.imageOwner(ctx, as, project)
	if err != nil {
		return nil, err
	}
	if !as.Allows(project, true) {
		return nil, &ForbiddenError{Project: project}
	}
	if err := c.mayNameImage(ctx, as, project, fingerprint); err != nil {
		return nil, err
	}
	image, err := c.Image(ctx, System, owner, fingerprint)
	if err != nil {
		return nil, err
	}
	return c.download(ctx, http.MethodGet, in(owner, path("images", image.Fingerprint, "export")), part)
}

// ImportImage is an image that is made from a file, or from two.
type ImportImage struct {
	Project string
	Public  bool
	// Filename is what the file is called; "" leaves it to LXD.
	Filename string
	// ContentType is application/octet-stream for one file and
	// multipart/form-data with its boundary for two.
	ContentType string
	// Size is how many bytes come; -1 is not known.
	Size int64
}

// Check refuses what LXD would not take. The project becomes that which the
// image will belong to.
func (i *ImportImage) Check(ctx context.Context, c *Client, as Scope) error {
	owner, err := c.imageOwner(ctx, as, i.Project)
	if err != nil {
		return err
	}
	i.Project = owner
	return enter(as, owner, true)
}

// SendImage sends the file or files, from which LXD begins to make an image.
func (c *Client) SendImage(ctx context.Context, as Scope, input *ImportImage, body io.Reader) (*Operation, error) {
	if err := enter(as, input.Project, true); err != nil {
		return nil, err
	}
	headers := http.Header{"Content-Type": {input.ContentType}, "X-LXD-public": {strconv.FormatBool(input.Public)}}
	if input.Filename != "" {
		headers["X-LXD-filename"] = []string{input.Filename}
	}
	operation, err := c.upload(ctx, input.Project, in(input.Project, path("images")), headers, body, input.Size)
	return operation, archiveError(err)
}
