package auth

import (
	"reflect"
	"testing"
	"time"
)

// Groups become roles by rules, and add to what the user has here.
func TestRolesOfAProvider(t *testing.T) {
	rules, err := ReadRoles(" admins=ADMIN, cn=web,dc=x=OPERATOR:web , all=VIEWER,")
	if err == nil {
		t.Errorf("a comma in a name: %v", rules)
	}
	if rules, err = ReadRoles("admins=ADMIN, cn=web=OPERATOR:web ,all=VIEWER,web2=VIEWER:web"); err != nil || len(rules) != 4 || rules[1] != (ProvidedRole{"cn=web", RoleOperator, "web"}) {
		t.Fatalf("%v %v", rules, err)
	}
	for _, bad := range []string{"admins", "=ADMIN", "a=ROOT", "a=VIEWER:", "a="} {
		if _, err := ReadRoles(bad); err == nil {
			t.Errorf("%q is a rule", bad)
		}
	}
	viewer := RoleViewer
	user := &User{Username: "x", Role: &viewer}
	for _, step := range []struct {
		path   string
		claims map[string]any
		role   Role
		web    Role
	}{
		{"groups", map[string]any{}, RoleViewer, ""},
		{"groups", map[string]any{"groups": []any{"cn=web", "web2", 7}}, RoleViewer, RoleOperator},
		{"groups", map[string]any{"groups": "admins all"}, RoleAdmin, ""},
		{"realm_access.roles", map[string]any{"realm_access": map[string]any{"roles": []any{"admins"}}}, RoleAdmin, ""},
		{"realm_access.roles", map[string]any{"realm_access": "admins"}, RoleViewer, ""},
	} {
		identity := providedIdentity(user, (&Provider{Roles: rules, RolesClaim: step.path}).given(step.claims), time.Time{})
		if *identity.User.Role != step.role || identity.Grants["web"] != step.web {
			t.Errorf("%v: %s %v", step.claims, *identity.User.Role, identity.Grants)
		}
	}
	if !reflect.DeepEqual(user, &User{Username: "x", Role: &viewer}) || viewer != RoleViewer {
		t.Errorf("the user has changed: %+v", user)
	}
}
