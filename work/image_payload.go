package work

import "github.com/lxdql/lxdql/lxd"

// ImagePayload is what a change of an image gives.
type ImagePayload struct {
	// Image is the image after the change; nil when there is none (yet).
	Image *lxd.Image
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CopyImagePayload    = ImagePayload
	PublishImagePayload = ImagePayload
	UpdateImagePayload  = ImagePayload
	RefreshImagePayload = ImagePayload
	PushImagePayload    = ImagePayload
	DeleteImagePayload  = DeletePayload
)

// ImageAliasPayload is what a change of a name of an image gives.
type ImageAliasPayload struct {
	// ImageAlias is the name after the change; nil when there is none (yet).
	ImageAlias *lxd.ImageAlias
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateImageAliasPayload = ImageAliasPayload
	UpdateImageAliasPayload = ImageAliasPayload
	RenameImageAliasPayload = ImageAliasPayload
	DeleteImageAliasPayload = DeletePayload
)
