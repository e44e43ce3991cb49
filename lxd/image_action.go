package lxd

// ImageAction is what can be done to an image.
type ImageAction = Action

// The actions.
const (
	UpdateImageAction  ImageAction = "UPDATE"
	DeleteImageAction  ImageAction = "DELETE"
	RefreshImageAction ImageAction = "REFRESH"
	PushImageAction    ImageAction = "PUSH"
)

// ActionsFor are what an administrator's scope may do to the image now.
func (i *Image) ActionsFor(as Scope) []ImageAction {
	actions := []ImageAction{}
	if !as.Allows(i.Project, true) {
		return actions
	}
	actions = append(actions, UpdateImageAction, DeleteImageAction)
	if i.UpdateSource != nil {
		actions = append(actions, RefreshImageAction)
	}
	if as.Allows("", true) {
		actions = append(actions, PushImageAction)
	}
	return actions
}

// ImageAliasAction is what can be done to a name of an image.
type ImageAliasAction = Action

// The actions.
const (
	UpdateImageAliasAction ImageAliasAction = "UPDATE"
	RenameImageAliasAction ImageAliasAction = "RENAME"
	DeleteImageAliasAction ImageAliasAction = "DELETE"
)

// ActionsFor are what an administrator's scope may do to the name now.
func (a *ImageAlias) ActionsFor(as Scope) []ImageAliasAction {
	if !as.Allows(a.Project, true) {
		return []ImageAliasAction{}
	}
	return []ImageAliasAction{UpdateImageAliasAction, RenameImageAliasAction, DeleteImageAliasAction}
}
