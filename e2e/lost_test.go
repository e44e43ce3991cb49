package e2e

import (
	"strings"
	"testing"
)

// An operation that LXD works on when it is killed ends as a failure with a
// reason, for whoever follows it and for whoever asks.
func TestAnOperationThatLXDLosesEnds(t *testing.T) {
	directory, socket := ownDaemon(t)
	server := start(t, "LXD_SOCKET_PATH="+socket)
	token := server.login(t)
	server.must(t, token, createBusybox, map[string]any{"name": "c", "start": true, "wait": 60})
	ask := lxdOn(t, socket)
	began := ask("POST", "/1.0/instances/c/exec", map[string]any{"command": []string{"sleep", "300"}})
	address, ok := began["operation"].(string)
	if !ok {
		t.Fatal(began)
	}
	id := map[string]any{"id": address[strings.LastIndex(address, "/")+1:]}
	watching := server.connect(t, token)
	watching.subscribe("o", `subscription($id: ID!) { operationUpdated(id: $id) { status error } }`, id)
	if first := into(watching.next("o"), "operationUpdated"); into(first, "status") != "RUNNING" {
		t.Fatalf("it is %v", first)
	}
	killDaemon(t, directory)
	restart(t, directory)
	var last any
	for into(last, "status") == nil || into(last, "status") == "RUNNING" {
		last = into(watching.next("o"), "operationUpdated")
	}
	if reason, _ := into(last, "error").(string); into(last, "status") != "FAILURE" || reason == "" {
		t.Errorf("who follows it is told of %v", last)
	}
	asked := server.must(t, token, `query($id: ID!) { operation(id: $id) { status error } }`, id)
	if reason, _ := asked.at("operation", "error").(string); asked.at("operation", "status") != "FAILURE" || reason == "" {
		t.Errorf("who asks is told of %s", asked.Text)
	}
}
