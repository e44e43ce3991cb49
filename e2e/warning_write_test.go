package e2e

import "testing"

// A warning is looked at, looked at again, and forgotten.
func TestWarningsAreChanged(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	listed := server.must(t, token, `{ warnings(first: 1) { nodes { id uuid status } } }`, nil)
	uuid, _ := listed.at("warnings", "nodes", 0, "uuid").(string)
	if uuid == "" {
		t.Skip("this LXD has nothing to warn of")
	}
	const change = `mutation($id: ID!, $s: WarningStatus!) { updateWarning(id: $id, status: $s) { warning { status } operation { id } } }`
	for _, one := range []struct {
		id           any
		status, code string
	}{
		{uuid, "RESOLVED", "BAD_USER_INPUT"}, {uuid, "UNKNOWN", "BAD_USER_INPUT"}, {"00000000-0000-0000-0000-000000000000", "NEW", "NOT_FOUND"},
		{uuid, "ACKNOWLEDGED", ""}, {listed.at("warnings", "nodes", 0, "id"), "NEW", ""}, {uuid, "ACKNOWLEDGED", ""},
	} {
		got := server.ask(t, token, change, map[string]any{"id": one.id, "s": one.status})
		if got.code() != one.code || (one.code == "" && got.at("updateWarning", "warning", "status") != one.status) {
			t.Errorf("%v %s: %s", one.id, one.status, got.Text)
		}
	}
	deleted := server.must(t, token, `mutation($id: ID!) { deleteWarning(id: $id) { deletedId } }`, map[string]any{"id": uuid})
	if deleted.at("deleteWarning", "deletedId") != listed.at("warnings", "nodes", 0, "id") {
		t.Errorf("%s", deleted.Text)
	}
	if again := server.ask(t, token, `mutation($id: ID!) { deleteWarning(id: $id) { deletedId } }`, map[string]any{"id": uuid}); again.code() != "NOT_FOUND" {
		t.Errorf("a second time: %s", again.Text)
	}
}
