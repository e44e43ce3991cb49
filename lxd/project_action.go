package lxd

// ProjectAction is what can be done to a project.
type ProjectAction = Action

// The actions.
const (
	UpdateProjectAction      ProjectAction = "UPDATE"
	RenameProjectAction      ProjectAction = "RENAME"
	DeleteProjectAction      ProjectAction = "DELETE"
	ForceDeleteProjectAction ProjectAction = "FORCE_DELETE"
)

// ActionsFor are what a scope may do to the project now.
func (p *Project) ActionsFor(as Scope) []ProjectAction {
	switch {
	case !as.Allows("", true):
		return []ProjectAction{}
	case p.Name == "default":
		return []ProjectAction{UpdateProjectAction}
	case len(p.contents()) > 0:
		return []ProjectAction{UpdateProjectAction, ForceDeleteProjectAction}
	}
	return []ProjectAction{UpdateProjectAction, RenameProjectAction, DeleteProjectAction, ForceDeleteProjectAction}
}
