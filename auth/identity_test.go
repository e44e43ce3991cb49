package auth_test

import (
	"context"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

// identity makes a caller; a global role of "" is none.
func identity(global auth.Role, grants map[string]auth.Role) *auth.Identity {
	user := &auth.User{ID: 1, Username: "ann"}
	if global != "" {
		user.Role = &global
	}
	return &auth.Identity{User: user, Grants: grants}
}

func TestAllows(t *testing.T) {
	granted := identity("", map[string]auth.Role{"web": auth.RoleOperator, "data": auth.RoleViewer, "": auth.RoleAdmin})
	raised := identity(auth.RoleViewer, map[string]auth.Role{"web": auth.RoleAdmin})
	above := identity(auth.RoleAdmin, map[string]auth.Role{"web": auth.RoleViewer})
	cases := []struct {
		name        string
		caller      *auth.Identity
		project     string
		read, write bool
	}{
		{"anonymous", nil, "web", false, false},
		{"anonymous on the server", nil, "", false, false},
		{"without a user", &auth.Identity{}, "web", false, false},
		{"without any role", identity("", nil), "web", false, false},
		{"without any role on the server", identity("", nil), "", false, false},
		{"of a misspelt role", identity("admin", nil), "web", false, false},
		{"granted, elsewhere", granted, "default", false, false},
		{"granted VIEWER", granted, "data", true, false},
		{"granted OPERATOR", granted, "web", true, true},
		{"granted, on the server", granted, "", true, false},
		{"VIEWER", identity(auth.RoleViewer, nil), "web", true, false},
		{"VIEWER on the server", identity(auth.RoleViewer, nil), "", true, false},
		{"OPERATOR", identity(auth.RoleOperator, nil), "web", true, true},
		{"OPERATOR on the server", identity(auth.RoleOperator, nil), "", true, false},
		{"ADMIN of one project, on the server", raised, "", true, false},
		{"ADMIN of one project, there", raised, "web", true, true},
		{"ADMIN of one project, elsewhere", raised, "default", true, false},
		{"ADMIN with a lesser grant", above, "web", true, true},
		{"ADMIN on the server", above, "", true, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if read := c.caller.Allows(c.project, false); read != c.read {
				t.Errorf("reads %q: %v", c.project, read)
			}
			if write := c.caller.Allows(c.project, true); write != c.write {
				t.Errorf("changes %q: %v", c.project, write)
			}
		})
	}
}

func TestOnlyAGlobalAdminIsAdmin(t *testing.T) {
	var anonymous *auth.Identity
	if anonymous.IsAdmin() || anonymous.Has(auth.RoleViewer) || anonymous.RoleIn("web") != "" {
		t.Error("nobody is somebody")
	}
	projectAdmin := identity(auth.RoleViewer, map[string]auth.Role{"web": auth.RoleAdmin})
	if projectAdmin.IsAdmin() {
		t.Error("the ADMIN of one project is ADMIN of the server")
	}
	if !projectAdmin.Has(auth.RoleAdmin) || projectAdmin.RoleIn("web") != auth.RoleAdmin || projectAdmin.RoleIn("data") != auth.RoleViewer {
		t.Error("a grant does not count in its project")
	}
	nameless := identity(auth.RoleViewer, map[string]auth.Role{"": auth.RoleAdmin})
	if nameless.RoleIn("") != auth.RoleViewer || nameless.Allows("", true) {
		t.Error("a grant without a project reaches the server")
	}
	if !identity(auth.RoleAdmin, nil).IsAdmin() {
		t.Error("an ADMIN is none")
	}
}

func TestContextCarriesTheCaller(t *testing.T) {
	if auth.From(context.Background()) != nil {
		t.Error("an empty context has a caller")
	}
	ann := identity(auth.RoleViewer, nil)
	if auth.From(auth.With(context.Background(), ann)) != ann {
		t.Error("the caller was lost")
	}
}

// An OPERATOR of a project who is ADMIN of another changes what is an ADMIN's
// only in the other.
func TestAdministratorsOfOneProject(t *testing.T) {
	caller := auth.Administrator{Identity: &auth.Identity{User: &auth.User{}, Grants: map[string]auth.Role{"run": auth.RoleOperator, "own": auth.RoleAdmin}}}
	for project, allowed := range map[string]bool{"run": false, "own": true, "other": false, "": false} {
		if caller.Allows(project, true) != allowed {
			t.Errorf("changes in %q: want %v", project, allowed)
		}
	}
	if !caller.Allows("run", false) || caller.Allows("other", false) || !caller.Identity.Allows("run", true) {
		t.Error("reading, and what is an OPERATOR's, is as it was")
	}
	if nobody := (auth.Administrator{}); nobody.Allows("own", true) || nobody.Allows("own", false) {
		t.Error("an anonymous caller is nobody's administrator")
	}
}
