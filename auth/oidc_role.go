package auth

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// given are the roles that claims give.
func (p *Provider) given(claims map[string]any) []ProvidedRole {
	values := valuesAt(claims, p.RolesClaim)
	return slices.DeleteFunc(slices.Clone(p.Roles), func(role ProvidedRole) bool { return !slices.Contains(values, role.Value) })
}

// providedIdentity is a user with what a token gives added to what the user has here.
func providedIdentity(user *User, given []ProvidedRole, until time.Time) *Identity {
	with := *user
	identity := &Identity{User: &with, Grants: map[string]Role{}, ExpiresAt: until, given: given}
	maps.Copy(identity.Grants, user.grants())
	for _, one := range given {
		if one.Project == "" {
			if with.Role == nil || one.Role.rank() > with.Role.rank() {
				with.Role = &one.Role
			}
		} else if one.Role.rank() > identity.Grants[one.Project].rank() {
			identity.Grants[one.Project] = one.Role
		}
	}
	return identity
}

// valuesAt are the texts of a claim: one, several, or words with spaces between.
func valuesAt(claims map[string]any, path string) []string {
	var value any = claims
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	switch found := value.(type) {
	case string:
		return strings.Fields(found)
	case []any:
		values := make([]string, 0, len(found))
		for _, one := range found {
			if text, ok := one.(string); ok {
				values = append(values, text)
			}
		}
		return values
	}
	return nil
}

// ReadRoles reads what the values of a claim give: "admins=ADMIN,web-team=OPERATOR:web".
func ReadRoles(text string) ([]ProvidedRole, error) {
	var roles []ProvidedRole
	for rule := range strings.SplitSeq(text, ",") {
		if rule = strings.TrimSpace(rule); rule == "" {
			continue
		}
		// A group's name may hold "=".
		at := strings.LastIndex(rule, "=")
		role, project, inProject := strings.Cut(rule[at+1:], ":")
		given := ProvidedRole{Value: strings.TrimSpace(rule[:max(at, 0)]), Role: Role(strings.TrimSpace(role)), Project: strings.TrimSpace(project)}
		if at < 1 || given.Role.rank() == 0 || (inProject && given.Project == "") {
			return nil, fmt.Errorf("%q is no rule such as admins=ADMIN or web-team=OPERATOR:web", rule)
		}
		roles = append(roles, given)
	}
	return roles, nil
}
