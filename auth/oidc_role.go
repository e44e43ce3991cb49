package auth

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// identity is a user with what the claims give added to what the user has here.
func (p *Provider) identity(user *User, claims map[string]any) *Identity {
	with := *user
	identity := &Identity{User: &with, Grants: map[string]Role{}}
	maps.Copy(identity.Grants, user.grants())
	values := valuesAt(claims, p.RolesClaim)
	for _, given := range p.Roles {
		if !slices.Contains(values, given.Value) {
			continue
		}
		if given.Project == "" {
			if with.Role == nil || given.Role.rank() > with.Role.rank() {
				with.Role = &given.Role
			}
		} else if given.Role.rank() > identity.Grants[given.Project].rank() {
			identity.Grants[given.Project] = given.Role
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
