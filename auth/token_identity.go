package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// byToken tells who an API token speaks for.
func (s *Service) byToken(ctx context.Context, text string) (*Identity, error) {
	if len(text) > longestToken {
		return nil, ErrTokenInvalid
	}
	token, err := s.store.TokenByHash(ctx, hashToken(text))
	identity, err := s.ofToken(token, err)
	if err != nil {
		return nil, err
	}
	if now := time.Now().UTC(); token.LastUsedAt == nil || now.Sub(*token.LastUsedAt) > usedEvery {
		// Whoever is let in is not turned away because that cannot be noted.
		_ = s.store.TouchToken(ctx, token.ID, now)
	}
	return identity, nil
}

// ofToken is who a token speaks for now.
func (s *Service) ofToken(token *ApiToken, err error) (*Identity, error) {
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, ErrTokenInvalid
	case err != nil:
		return nil, fmt.Errorf("reading the token: %w", err)
	case !token.User.Enabled():
		return nil, ErrTokenInvalid
	}
	identity := &Identity{Token: token}
	if token.ExpiresAt != nil {
		if !token.ExpiresAt.After(time.Now()) {
			return nil, ErrTokenExpired
		}
		identity.ExpiresAt = *token.ExpiresAt
	}
	identity.User = token.narrowed()
	identity.Grants = identity.User.grants()
	return identity, nil
}

// narrowed is the user with no more rights than the token has.
func (t *ApiToken) narrowed() *User {
	user := *t.User
	if user.Role != nil {
		user.Role = t.cap(*user.Role)
	}
	var grants []*Grant
	for _, grant := range user.Grants {
		if t.Projects == nil || slices.Contains(t.Projects, grant.ProjectName) {
			grants = append(grants, &Grant{grant.ProjectName, *t.cap(grant.Role)})
		}
	}
	if t.Projects != nil && user.Role != nil {
		for _, project := range t.Projects {
			grants = raise(grants, project, *user.Role)
		}
		user.Role = nil
	}
	user.Grants = grants
	return &user
}

// raise gives the role in a project, unless a higher one is there.
func raise(grants []*Grant, project string, role Role) []*Grant {
	for _, grant := range grants {
		if grant.ProjectName == project {
			if role.AtLeast(grant.Role) {
				grant.Role = role
			}
			return grants
		}
	}
	return append(grants, &Grant{project, role})
}

// cap is the lower one of the token's role and the user's.
func (t *ApiToken) cap(role Role) *Role {
	if t.Role != nil && role.AtLeast(*t.Role) {
		role = *t.Role
	}
	return &role
}
