package e2e

import (
	"fmt"
	"os/exec"
	"testing"
	"time"
)

// What another server on the database hears late of a project that is gone says
// nothing of the new one of its name: neither do the roles there end, nor do they
// go to where the old one is now.
func TestReplicasTellANewProjectFromTheOldOne(t *testing.T) {
	hears := onRealLXD(t)
	follows := launch(t, exec.Command(binary), t.TempDir(), "LXD_SOCKET_PATH="+realSocket(t), "DATABASE_URL=sqlite:///"+hears.directory+"/data/lxdql.db")
	admin, ask := hears.login(t), lxdClient(t)
	old, fresh := hears.account(t, admin, "olga", ""), hears.account(t, admin, "vera", "")
	for who, at := range map[string]*running{"the one that hears LXD": hears, "the one that follows": follows} {
		name, other := newName(), newName()
		t.Cleanup(func() {
			ask("DELETE", "/1.0/projects/"+name, nil)
			ask("DELETE", "/1.0/projects/"+other, nil)
		})
		named := map[string]any{"n": name, "o": other}
		roles := func(token string) string {
			t.Helper()
			var told string
			for _, server := range []*running{hears, follows} {
				read := server.must(t, token, `{ viewer { grants { projectName role } } }`, nil)
				for _, project := range []string{name, other} {
					got := server.ask(t, token, `query($n: String!) { instances(project: $n) { totalCount } }`, map[string]any{"n": project})
					told += fmt.Sprint(got.code(), " ")
				}
				told += fmt.Sprint(len(read.at("viewer", "grants").([]any)), " ")
			}
			return told
		}
		create := `mutation($n: String!) { createProject(input: {name: $n}) { project { name } } }`
		for _, server := range []*running{hears, follows} {
			if got := server.ask(t, old, create, named); got.code() != "FORBIDDEN" {
				t.Errorf("who may not: %s", got.Text)
			}
		}
		at.must(t, admin, create, named)
		at.grant(t, admin, "olga", name, "OPERATOR")
		at.must(t, admin, `mutation($n: String!) { deleteProject(name: $n, wait: 30) { deletedId } }`, named)
		at.must(t, admin, create, named)
		at.grant(t, admin, "vera", name, "VIEWER")
		time.Sleep(2 * time.Second) // the other one has heard of all
		if got := roles(old); got != "FORBIDDEN FORBIDDEN 0 FORBIDDEN FORBIDDEN 0 " {
			t.Errorf("%s: who had the deleted one: %s", who, got)
		}
		if got := roles(fresh); got != " NOT_FOUND 1  NOT_FOUND 1 " {
			t.Errorf("%s: who has the new one after the deletion: %s", who, got)
		}
		at.must(t, admin, `mutation($n: String!, $o: String!) { renameProject(name: $n, newName: $o, wait: 30) { project { name } } }`, named)
		time.Sleep(2 * time.Second)
		at.must(t, admin, `mutation($n: String!, $o: String!) { renameProject(name: $o, newName: $n, wait: 30) { project { name } } }`, named)
		time.Sleep(2 * time.Second)
		if got := roles(fresh); got != " NOT_FOUND 1  NOT_FOUND 1 " {
			t.Errorf("%s: after two renames: %s", who, got)
		}
		at.must(t, admin, `mutation($n: String!) { revokeRole(username: "vera", project: $n) { user { id } } }`, named)
		at.grant(t, admin, "olga", name, "OPERATOR")
		time.Sleep(time.Second)
		at.must(t, admin, `mutation($n: String!, $o: String!) { renameProject(name: $n, newName: $o, wait: 30) { project { name } } }`, named)
		time.Sleep(time.Second)
		at.must(t, admin, create, named)
		at.grant(t, admin, "vera", name, "VIEWER")
		time.Sleep(2 * time.Second)
		if got := roles(fresh); got != " NOT_FOUND 1  NOT_FOUND 1 " {
			t.Errorf("%s: who has the new one after the renaming: %s", who, got)
		}
		if got := roles(old); got != "NOT_FOUND  1 NOT_FOUND  1 " {
			t.Errorf("%s: who has the renamed one: %s", who, got)
		}
		at.must(t, admin, `mutation($n: String!, $o: String!) { a: deleteProject(name: $n, wait: 30) { deletedId } b: deleteProject(name: $o, wait: 30) { deletedId } }`, named)
	}
}
