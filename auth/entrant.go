package auth

import (
	"context"
	"fmt"
)

// Entrants tells who may enter the instances of a project without being an ADMIN
// of the whole server, for such an ADMIN: users, and tokens that were made for
// less than their users have. Who comes from a provider with roles of its own is
// not known before.
func (s *Service) Entrants(ctx context.Context) (of func(project string) []string, err error) {
	users, err := s.Users(ctx)
	if err != nil {
		return nil, err
	}
	tokens, err := s.Tokens(ctx, true)
	if err != nil {
		return nil, err
	}
	entrants := make(map[string]*Identity, len(users)+len(tokens))
	names := make([]string, 0, len(users)+len(tokens))
	add := func(name string, identity *Identity) {
		names = append(names, name)
		entrants[name] = identity
	}
	for _, user := range users {
		if user.Enabled() && !user.administers() {
			add(fmt.Sprintf("the user %s", user.Username), &Identity{User: user, Grants: user.grants()})
		}
	}
	for _, token := range tokens {
		identity, err := s.ofToken(token, nil)
		if err == nil && !identity.IsAdmin() {
			add(fmt.Sprintf("the token %s of %s", token.ID, token.User.Username), identity)
		}
	}
	return func(project string) []string {
		may := []string{}
		for _, name := range names {
			if entrants[name].Allows(project, true) {
				may = append(may, name)
			}
		}
		return may
	}, nil
}
