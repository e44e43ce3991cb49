package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// actionsOnUser are what the caller may do with a user.
func (r *Resolver) actionsOnUser(ctx context.Context, user *auth.User) ([]lxd.Action, error) {
	caller := auth.From(ctx)
	switch {
	case caller == nil || caller.ReadOnly():
	case caller.IsAdmin():
		last, err := r.Auth.IsLastAdmin(ctx, user)
		if last || err != nil {
			return []lxd.Action{"UPDATE", "GRANT_ROLE", "SET_PASSWORD"}, err
		}
		return []lxd.Action{"UPDATE", "GRANT_ROLE", "SET_PASSWORD", "DELETE"}, nil
	case caller.User.ID == user.ID:
		return []lxd.Action{"SET_PASSWORD"}, nil
	}
	return []lxd.Action{}, nil
}

// actionsOnAccess are what a caller may do with a session or a token that is
// shown to it: they are the caller's own, or an ADMIN asks.
func actionsOnAccess(caller *auth.Identity) []lxd.Action {
	if caller == nil || caller.ReadOnly() {
		return []lxd.Action{}
	}
	return []lxd.Action{"REVOKE"}
}
