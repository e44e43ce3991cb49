package auth

// Administrator is a caller's scope over what only an ADMIN changes, such as
// the networks and profiles of a project: an OPERATOR of the project reads it.
type Administrator struct{ *Identity }

// Allows says whether the caller may read, or with write change, what only an
// ADMIN of the project may change.
func (a Administrator) Allows(project string, write bool) bool {
	if write && project != "" && !a.ReadOnly() {
		return a.RoleIn(project).AtLeast(RoleAdmin)
	}
	return a.Identity.Allows(project, write)
}
