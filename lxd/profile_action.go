package lxd

// ProfileAction is what can be done to a profile.
type ProfileAction = Action

// The actions.
const (
	UpdateProfileAction ProfileAction = "UPDATE"
	RenameProfileAction ProfileAction = "RENAME"
	DeleteProfileAction ProfileAction = "DELETE"
)

// ActionsFor are what an administrator's scope may do to the profile now.
func (p *Profile) ActionsFor(as Scope) []ProfileAction {
	switch {
	case !as.Allows(p.Project, true):
		return []ProfileAction{}
	case p.Name == "default":
		return []ProfileAction{UpdateProfileAction}
	case len(p.Users) > 0:
		return []ProfileAction{UpdateProfileAction, RenameProfileAction}
	}
	return []ProfileAction{UpdateProfileAction, RenameProfileAction, DeleteProfileAction}
}
