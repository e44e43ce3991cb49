package page

import "github.com/lxdql/lxdql/auth"

// GraphQL names a page by what is on it.
type (
	// UserConnection is a page of users.
	UserConnection = Connection[*auth.User]
	// UserEdge is one user of a page.
	UserEdge = Edge[*auth.User]
)

// Users are ordered, chosen and found by these.
var Users = Kind[*auth.User]{
	Key: func(u *auth.User) []string { return []string{u.Username} },
	Values: map[string]func(*auth.User) any{
		"username":  func(u *auth.User) any { return u.Username },
		"role":      func(u *auth.User) any { return u.Role },
		"disabled":  func(u *auth.User) any { return !u.Enabled() },
		"createdAt": func(u *auth.User) any { return u.CreatedAt },
	},
	Texts: func(u *auth.User) []string { return []string{u.Username} },
}
