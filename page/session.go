package page

import "github.com/lxdql/lxdql/auth"

// GraphQL names a page by what is on it.
type (
	// SessionConnection is a page of sessions.
	SessionConnection = Connection[*auth.Session]
	// SessionEdge is one session of a page.
	SessionEdge = Edge[*auth.Session]
)

// Sessions are ordered, chosen and found by these.
var Sessions = Kind[*auth.Session]{
	Key: func(s *auth.Session) []string { return []string{sortable(s.CreatedAt), s.ID} },
	Values: map[string]func(*auth.Session) any{
		"username":  func(s *auth.Session) any { return s.User.Username },
		"address":   func(s *auth.Session) any { return optional(s.Origin.Address) },
		"createdAt": func(s *auth.Session) any { return s.CreatedAt },
		"expiresAt": func(s *auth.Session) any { return s.ExpiresAt },
	},
	Texts: func(s *auth.Session) []string { return []string{s.User.Username, s.Origin.Address, s.Origin.Agent} },
}
