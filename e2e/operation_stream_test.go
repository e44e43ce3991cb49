package e2e

import (
	"strings"
	"testing"
	"time"
)

// Who asks for an operation is told first how it is, then each change, and
// nothing after its end, also when that was before the question.
func TestAnOperationIsToldToItsEnd(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	name := newName()
	const watch = `subscription($id: ID!) { operationUpdated(id: $id) { id status error } }`
	watching := server.connect(t, token)
	watching.subscribe("0", watch, map[string]any{"id": "6a0c64ac-0000-4000-8000-000000000000"})
	if got := watching.receive(); !strings.Contains(string(got.Payload), "NOT_FOUND") {
		t.Errorf("an operation that there is not: %s %s", got.Type, got.Payload)
	}

	made := server.must(t, token, createBusybox, map[string]any{"name": name})
	removeAfter(t, name)
	id := made.at("createInstance", "operation", "id")
	server.account(t, token, "stranger", "")
	server.grant(t, token, "stranger", newProject(t, "true"), "VIEWER")
	hidden := func(when string) { // looks like one that there is not
		t.Helper()
		refused := server.refusedSubscription(t, server.loginAs(t, "stranger", somePassword), watch, map[string]any{"id": id})
		if !strings.Contains(refused, `"Operation not found"`) || !strings.Contains(refused, "NOT_FOUND") {
			t.Errorf("a hidden one, %s: %s", when, refused)
		}
	}
	hidden("while it runs or a moment after")
	toEnd := func(text string) (statuses []string) {
		watching := server.connect(t, token)
		watching.subscribe("1", watch, map[string]any{"id": text})
		for {
			got := watching.receive()
			if got.Type == "complete" {
				return statuses
			}
			if got.Type != "next" {
				t.Fatalf("%s %s", got.Type, got.Payload)
			}
			for _, status := range []string{"PENDING", "RUNNING", "SUCCESS", "FAILURE", "CANCELLED"} {
				if strings.Contains(string(got.Payload), `"status":"`+status+`"`) {
					statuses = append(statuses, status)
				}
			}
		}
	}
	check := func(when string, statuses []string) {
		ends := 0
		for _, status := range statuses {
			if status == "SUCCESS" {
				ends++
			}
		}
		if ends != 1 || statuses[len(statuses)-1] != "SUCCESS" {
			t.Errorf("%s: %v", when, statuses)
		}
	}
	check("while it runs", toEnd(id.(string)))
	check("after its end", toEnd(id.(string)))
	time.Sleep(6 * time.Second) // LXD forgets it after 5
	check("after LXD has forgotten it", toEnd(id.(string)))
	hidden("after LXD has forgotten it")
	if kept := server.must(t, token, `query($id: ID!) { operation(id: $id) { status } operations(where: {status: {equals: SUCCESS}}, search: "Creating", first: 100) { nodes { id } } }`, map[string]any{"id": id}); kept.at("operation", "status") != "SUCCESS" || !strings.Contains(kept.Text, id.(string)+`"}`) {
		t.Errorf("in the journal: %s", kept.Text)
	}
}
