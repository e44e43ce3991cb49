package resolvers

import (
	"context"
	"strconv"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

func (r *Resolver) userID(id int64) string {
	return lxd.ID{Server: r.LXD.Name(), Kind: "User", Name: strconv.FormatInt(id, 10)}.String()
}

// findUser is the user of an id's name; users that the caller may not see are
// as if they were not there.
func (r *Resolver) findUser(ctx context.Context, name string) (lxd.Node, error) {
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil {
		return nil, nil
	}
	return present(r.Auth.UserByID(ctx, id))
}

// grantRole refuses a project that there is not: a grant that waits for one
// would be somebody's surprise.
func (r *Resolver) grantRole(ctx context.Context, username, project string, role auth.Role) (*auth.User, error) {
	if auth.From(ctx).IsAdmin() {
		if err := r.knownProject(ctx, project, false); err != nil {
			return nil, err
		}
	}
	return r.Auth.GrantRole(ctx, username, project, role)
}

// deleteUser deletes a user and tells the id that it had.
func (r *Resolver) deleteUser(ctx context.Context, username string) (*auth.DeleteUserPayload, error) {
	user, err := r.Auth.DeleteUser(ctx, username)
	if err != nil {
		return nil, err
	}
	id := r.userID(user.ID)
	return &auth.DeleteUserPayload{DeletedID: &id}, nil
}

func userPayload(user *auth.User, err error) (*auth.UserPayload, error) {
	if err != nil {
		return nil, err
	}
	return &auth.UserPayload{User: user}, nil
}
