package auth

import (
	"context"
	"time"
)

// Identity is an authenticated caller. A nil *Identity is an anonymous one:
// every method may be called on it, and allows nothing.
type Identity struct {
	// User is who calls, as the store knew them when the token was checked, with
	// the rights that the token has.
	User *User
	// SessionID is the session that the access token belongs to; "" for an API token.
	SessionID string
	// Token is the API token that the caller came with; nil for a session.
	Token *ApiToken
	// ExpiresAt is when the token ends, and a socket opened with it; zero is never.
	ExpiresAt time.Time
	// Grants are the roles that hold in one project only, by project name.
	Grants map[string]Role

	given []ProvidedRole // by a provider's token; they are among the roles above
}

type identityKey struct{}

// With returns a context that carries the caller.
func With(ctx context.Context, identity *Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, identity)
}

// From returns the caller that ctx carries; nil is an anonymous one.
func From(ctx context.Context) *Identity {
	identity, _ := ctx.Value(identityKey{}).(*Identity)
	return identity
}

// Allows says whether the caller may read (write is false) or change (true)
// what is in the project. An empty project stands for what belongs to the
// server as a whole, such as storage pools: any role reads it, only a global
// ADMIN changes it.
func (i *Identity) Allows(project string, write bool) bool {
	switch {
	case write && i.ReadOnly():
		return false
	case project == "" && write:
		return i.IsAdmin()
	case project == "":
		return i.Has(RoleViewer)
	case write:
		return i.RoleIn(project).AtLeast(RoleOperator)
	default:
		return i.RoleIn(project).AtLeast(RoleViewer)
	}
}

// RoleIn returns the caller's role in the project: the higher of the global
// one and the one granted there. It is the zero Role when there is neither.
func (i *Identity) RoleIn(project string) Role {
	global := i.globalRole()
	if i == nil || project == "" {
		return global
	}
	if granted := i.Grants[project]; granted.rank() > global.rank() {
		return granted
	}
	return global
}

// Has says whether the caller has the role, or a higher one, globally or in
// at least one project.
func (i *Identity) Has(role Role) bool {
	if i == nil {
		return false
	}
	if i.globalRole().AtLeast(role) {
		return true
	}
	for _, granted := range i.Grants {
		if granted.AtLeast(role) {
			return true
		}
	}
	return false
}

// Key names the session or the token that the caller came with.
func (i *Identity) Key() string {
	if i.Token != nil {
		return "token " + i.Token.ID
	}
	return "session " + i.SessionID
}

// ReadOnly says whether the caller came with a token that changes nothing.
func (i *Identity) ReadOnly() bool { return i != nil && i.Token != nil && i.Token.ReadOnly }

// confined says whether the caller came with a token for single projects, which
// is not to learn of others.
func (i *Identity) confined() bool { return i.Token != nil && i.Token.Projects != nil }

// IsAdmin says whether the caller is ADMIN globally, which is what reaches the
// server and its host.
func (i *Identity) IsAdmin() bool { return i.globalRole() == RoleAdmin }

func (i *Identity) globalRole() Role {
	if i == nil || i.User == nil || i.User.Role == nil {
		return ""
	}
	return *i.User.Role
}
