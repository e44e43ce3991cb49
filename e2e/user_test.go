package e2e

import (
	"fmt"
	"strings"
	"testing"
)

const somePassword = "correct horse of others"

// account makes a user, with a role or "" for none, and logs the user in.
func (s *running) account(t *testing.T, admin, name, role string) (token string) {
	t.Helper()
	given := ""
	if role != "" {
		given = ", role: " + role
	}
	s.must(t, admin, fmt.Sprintf(`mutation { createUser(input: {username: %q, password: %q%s}) { user { id } } }`, name, somePassword, given), nil)
	return s.loginAs(t, name, somePassword)
}

func (s *running) loginAs(t *testing.T, name, password string) (token string) {
	t.Helper()
	return s.must(t, "", fmt.Sprintf(`mutation { login(username: %q, password: %q) { accessToken } }`, name, password), nil).at("login", "accessToken").(string)
}

// grant gives a user a role in a project.
func (s *running) grant(t *testing.T, admin, name, project, role string) {
	t.Helper()
	s.must(t, admin, fmt.Sprintf(`mutation { grantRole(username: %q, project: %q, role: %s) { user { grants { role } } } }`, name, project, role), nil)
}

// Users are an ADMIN's of the whole server; the others are refused first.
func TestUsers(t *testing.T) {
	server := onRealLXD(t)
	admin, project := server.login(t), newProject(t, "true")
	viewer, operator := server.account(t, admin, "vera", "VIEWER"), server.account(t, admin, "olga", "OPERATOR")
	local := server.account(t, admin, "lola", "")
	server.grant(t, admin, "lola", project, "ADMIN")
	for name, token := range map[string]string{"nobody": "", "vera": viewer, "olga": operator, "the ADMIN of a project": local} {
		code := "FORBIDDEN"
		if token == "" {
			code = "UNAUTHENTICATED"
		}
		for _, query := range []string{
			`{ users { nodes { username } } }`,
			`mutation { createUser(input: {username: "eve", password: "correct horse of eve", role: ADMIN}) { user { id } } }`,
			`mutation { updateUser(username: "` + name + `", input: {role: ADMIN}) { user { id } } }`,
			`mutation { deleteUser(username: "admin") { deletedId } }`,
			`mutation { setPassword(username: "admin", newPassword: "correct horse of eve") { user { id } } }`,
			`mutation { grantRole(username: "lola", project: "default", role: ADMIN) { user { id } } }`,
			`mutation { grantRole(username: "lola", project: "no-such-project", role: ADMIN) { user { id } } }`,
			`mutation { revokeRole(username: "lola", project: "` + project + `") { user { id } } }`,
		} {
			if got := server.ask(t, token, query, nil); got.code() != code {
				t.Errorf("%s: %s: %s", name, query, got.Text)
			}
		}
	}
	server.walk(t, admin, nil, []step{
		{`createUser(input: {username: "bob", password: "passwordpassword"}) { user { id } }`, "BAD_USER_INPUT", nil, nil},
		{`createUser(input: {username: "bob", password: "short"}) { user { id } }`, "BAD_USER_INPUT", nil, nil},
		{`createUser(input: {username: "b o b", password: "correct horse of bob"}) { user { id } }`, "BAD_USER_INPUT", nil, nil},
		{`createUser(input: {username: "vera", password: "correct horse of bob"}) { user { id } }`, "ALREADY_EXISTS", nil, nil},
		{`updateUser(username: "nope", input: {role: ADMIN}) { user { id } }`, "NOT_FOUND", nil, nil},
		{`updateUser(username: "vera", input: {username: "olga"}) { user { id } }`, "ALREADY_EXISTS", nil, nil},
		{`updateUser(username: "admin", input: {role: VIEWER}) { user { id } }`, "CONFLICT", nil, nil},
		{`updateUser(username: "admin", input: {role: null}) { user { id } }`, "CONFLICT", nil, nil},
		{`updateUser(username: "admin", input: {disabled: true}) { user { id } }`, "CONFLICT", nil, nil},
		{`deleteUser(username: "admin") { deletedId }`, "CONFLICT", nil, nil},
		{`grantRole(username: "vera", project: "nope", role: ADMIN) { user { id } }`, "NOT_FOUND", nil, nil},
		{`grantRole(username: "vera", project: "", role: ADMIN) { user { id } }`, "BAD_USER_INPUT", nil, nil},
		{`setPassword(newPassword: "correct horse of admins") { user { id } }`, "BAD_USER_INPUT", nil, nil},
		{`setPassword(oldPassword: "wrong horse of admins", newPassword: "correct horse of admins") { user { id } }`, "BAD_USER_INPUT", nil, nil},
		{`updateUser(username: "vera", input: {}) { user { role } }`, "", []any{"updateUser", "user", "role"}, "VIEWER"},
		{`updateUser(username: "vera", input: {role: null}) { user { role } }`, "", []any{"updateUser", "user", "role"}, nil},
		{`updateUser(username: "vera", input: {username: "valeria", role: ADMIN}) { user { username } }`, "", []any{"updateUser", "user", "username"}, "valeria"},
		{`updateUser(username: "admin", input: {role: ADMIN, disabled: false}) { user { role } }`, "", []any{"updateUser", "user", "role"}, "ADMIN"},
		{`deleteUser(username: "valeria") { deletedId }`, "", nil, nil},
	})
	if got := server.ask(t, viewer, `{ viewer { id } }`, nil); got.Status != 401 {
		t.Errorf("a deleted user's token: %s", got.Text)
	}
	list := server.must(t, admin, `{ users(where: {not: {role: {equals: ADMIN}}}, orderBy: {field: USERNAME, direction: DESC}) { totalCount nodes { username grants { projectName role project { name } } } } }`, nil)
	if list.at("users", "nodes", 0, "username") != "olga" || list.at("users", "nodes", 1, "grants", 0, "project", "name") != project {
		t.Error(list.Text)
	}
	server.wantNoSecretInLog(t)
}

// A password of one's own, and one that somebody has lost; a disabled user.
func TestPasswords(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	first := server.account(t, admin, "vera", "VIEWER")
	second := server.loginAs(t, "vera", somePassword)
	server.must(t, first, `mutation { setPassword(oldPassword: "`+somePassword+`", newPassword: "correct horse, newer") { user { username } } }`, nil)
	if got := server.ask(t, second, `{ viewer { id } }`, nil); got.Status != 401 {
		t.Errorf("another session lived on: %s", got.Text)
	}
	server.must(t, first, `{ viewer { id } }`, nil)
	if got := server.ask(t, "", `mutation { login(username: "vera", password: "`+somePassword+`") { accessToken } }`, nil); got.code() != "UNAUTHENTICATED" {
		t.Error(got.Text)
	}
	server.must(t, admin, `mutation { setPassword(username: "vera", newPassword: "correct horse, newest") { user { username } } }`, nil)
	if got := server.ask(t, first, `{ viewer { id } }`, nil); got.Status != 401 {
		t.Errorf("the session lived on: %s", got.Text)
	}
	third := server.loginAs(t, "vera", "correct horse, newest")
	server.must(t, admin, `mutation { updateUser(username: "vera", input: {disabled: true}) { user { disabledAt } } }`, nil)
	if got := server.ask(t, third, `{ viewer { id } }`, nil); got.Status != 401 {
		t.Errorf("a disabled user's token: %s", got.Text)
	}
	if got := server.ask(t, "", `mutation { login(username: "vera", password: "correct horse, newest") { accessToken } }`, nil); got.code() != "UNAUTHENTICATED" {
		t.Error(got.Text)
	}
	server.must(t, admin, `mutation { updateUser(username: "vera", input: {disabled: false}) { user { disabledAt } } }`, nil)
	server.loginAs(t, "vera", "correct horse, newest")
}

// Who has a role in one project sees and changes that one, and nothing tells
// that there are others.
func TestGrantsArePerProject(t *testing.T) {
	server := onRealLXD(t)
	admin, mine, hidden := server.login(t), newProject(t, "true"), newProject(t, "true")
	for _, project := range []string{mine, hidden} {
		server.must(t, admin, createBusybox, map[string]any{"name": project, "project": project, "wait": 60})
	}
	caller := server.account(t, admin, "olga", "")
	variables := map[string]any{"mine": mine, "hidden": hidden}
	if got := server.ask(t, caller, `{ instances(project: "`+mine+`") { totalCount } }`, nil); got.code() != "FORBIDDEN" {
		t.Errorf("without any role: %s", got.Text)
	}
	server.grant(t, admin, "olga", mine, "VIEWER")
	server.walk(t, caller, variables, []step{{`addTag(name: $mine, project: $mine, tag: "a") { instance { tags } }`, "FORBIDDEN", nil, nil}})
	server.grant(t, admin, "olga", mine, "OPERATOR")
	server.walk(t, caller, variables, []step{
		{`addTag(name: $hidden, project: $hidden, tag: "a") { instance { tags } }`, "NOT_FOUND", nil, nil},
		{`addTag(name: $mine, project: $mine, tag: "a") { instance { name } }`, "", []any{"addTag", "instance", "name"}, mine},
	})
	seen := server.must(t, caller, `{ instances(allProjects: true) { totalCount } projects { nodes { name } } viewer { role grants { projectName role } } search(query: "`+hidden+`") { nodes { __typename } } }`, nil)
	if strings.Contains(seen.Text, hidden) || seen.at("instances", "totalCount") != 1.0 || seen.at("viewer", "role") != nil || seen.at("viewer", "grants", 0, "role") != "OPERATOR" {
		t.Error(seen.Text)
	}
	if got := server.ask(t, caller, `{ instances(project: "`+hidden+`") { totalCount } }`, nil); got.code() != "NOT_FOUND" {
		t.Error(got.Text)
	}
	server.must(t, admin, `mutation { revokeRole(username: "olga", project: "`+mine+`") { user { grants { role } } } }`, nil)
	if got := server.ask(t, caller, `{ instances(project: "`+mine+`") { totalCount } }`, nil); got.code() != "FORBIDDEN" {
		t.Errorf("after the grant was taken: %s", got.Text)
	}
}
