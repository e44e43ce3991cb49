package resolvers

import (
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// actionsOnUser are what a caller may do with a user.
func actionsOnUser(caller *auth.Identity, user *auth.User) []lxd.Action {
	switch {
	case caller == nil || caller.ReadOnly():
	case caller.IsAdmin():
		return []lxd.Action{"UPDATE", "GRANT_ROLE", "SET_PASSWORD", "DELETE"}
	case caller.User.ID == user.ID:
		return []lxd.Action{"SET_PASSWORD"}
	}
	return []lxd.Action{}
}

// actionsOnAccess are what a caller may do with a session or a token that is
// shown to it: they are the caller's own, or an ADMIN asks.
func actionsOnAccess(caller *auth.Identity) []lxd.Action {
	if caller == nil || caller.ReadOnly() {
		return []lxd.Action{}
	}
	return []lxd.Action{"REVOKE"}
}
