package work

import "github.com/lxdql/lxdql/lxd"

// ProjectPayload is what a change of a project gives.
type ProjectPayload struct {
	// Project is the project after the change; nil when there is none (yet).
	Project *lxd.Project
	// Operation is the work; nil when LXD answered at once.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateProjectPayload = ProjectPayload
	UpdateProjectPayload = ProjectPayload
	RenameProjectPayload = ProjectPayload
	DeleteProjectPayload = DeletePayload
)
